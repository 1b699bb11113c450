/** One thing that `sallyport doctor` has to say. */
export interface Finding {
  readonly level: 'good' | 'warning' | 'wrong'
  readonly what: string
  /** What to do about it. */
  readonly remedy?: string
}
