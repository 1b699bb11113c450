#!/usr/bin/env node
// An older Node could not even read what comes next, so it is told here.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `sallyport needs Node 24 or newer, and this is ${process.version}.\n  next: npx -p node@24 -p sallyport sallyport start\n`,
  )
  process.exitCode = 2
} else {
  // The second start is faster than the first: compiled code is kept in the system's temporary folder.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  const { run } = await import('./cli/run.ts')
  process.exitCode = await run(process.argv.slice(2))
}
