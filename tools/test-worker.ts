/**
 * A process of `tools/test.ts`: runs one test file after the other, each as a suite of its own, so
 * that its `after` has cleared away what it made before the next begins.
 */
import asyncHooks from 'node:async_hooks'
import { createRequire } from 'node:module'

// Node's test runner follows every promise, to tell which test an error belongs to that nobody
// awaited. That costs a third of all time; such an error still fails the run, without the test's name.
const { createHook } = asyncHooks
asyncHooks.createHook = (callbacks) => createHook({ ...callbacks, trackPromises: false })

const { after, describe, test } = await import('node:test')
const require = createRequire(import.meta.url)
const askForNext = () => process.send!('next')

process.on('message', ({ file }: { readonly file: string | undefined }) => {
  if (file === undefined) return process.disconnect()
  describe(file, () => {
    try {
      // Not import(): what it defines later would be nobody's.
      require(`../${file}`)
    } catch (error) {
      test('is loaded', () => {
        throw error
      })
    }
    after(askForNext)
  })
})
askForNext()
