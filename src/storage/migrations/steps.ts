import { layout1 } from './layout-1.ts'

/** One numbered step from a layout of the database to the next. Never edited once released. */
export interface Step {
  readonly layout: number
  readonly sqlite: readonly string[]
  readonly postgres: readonly string[]
}

/** Every step, oldest first. */
export const steps: readonly Step[] = [layout1]

/** The layout that this version writes. */
export const newestLayout = steps.at(-1)!.layout

/** The steps that a database of `layout` still needs (0: it is empty). */
export function stepsFrom(layout: number): readonly Step[] {
  if (layout > newestLayout) {
    throw new Error(
      `the data has layout ${layout}, this version knows ${newestLayout}: use a newer Sallyport`,
    )
  }
  return steps.filter((step) => step.layout > layout)
}
