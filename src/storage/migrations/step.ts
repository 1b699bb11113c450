/** One numbered step from a layout of the database to the next. Never edited once released. */
export interface Step {
  readonly layout: number
  readonly sqlite: readonly string[]
  readonly postgres: readonly string[]
}
