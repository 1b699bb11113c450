/**
 * How often something is tried that says more the more often it is: as often as this in `npm run
 * test:clients`, which runs every file that imports this one once more, and in a fifth of the cases where
 * tests are to be quick.
 */
export const runs = (often: number): number => Math.ceil(isAtLength ? often : often / 5)

/** Whether this is the run that takes its time. */
export const isAtLength = process.env.SALLYPORT_TESTS === 'at length'
