/** Makes dist/sallyport.mjs, because Node does not strip types under node_modules. */
import { cpSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: { sallyport: 'src/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  format: 'esm',
  minifySyntax: true,
  legalComments: 'none',
  // Optional, and with binaries of their own.
  external: ['@node-rs/argon2', 'pg-native', 'pkcs11js'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  logLevel: 'warning',
})

// Programs of the processes that run functions: they are files of their own.
cpSync('src/outside/functions/bootstraps', 'dist/bootstraps', { recursive: true })
