import { layout1 } from './layout-1.ts'
import type { Step } from './step.ts'

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
