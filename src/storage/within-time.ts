const LONGEST_CALLBACK_MS = 5000

/** A callback that waits for anything but the store would hold up everybody: it is given up. */
export function withinTime<T>(running: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    // What waits for the store alone is done before the loop turns: then there is no timer.
    const check = setImmediate(() => {
      timer = setTimeout(() => {
        reject(new Error('a transaction waited for something other than the store'))
      }, LONGEST_CALLBACK_MS)
    })
    const over = (): void => {
      clearImmediate(check)
      clearTimeout(timer)
    }
    running.then(
      (result) => {
        over()
        resolve(result)
      },
      (reason) => {
        over()
        reject(reason)
      },
    )
  })
}
