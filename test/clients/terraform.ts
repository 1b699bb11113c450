import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Server, startServer } from './server.ts'

/** Runs Terraform with a provider that lies on this machine, against `ENDPOINT`. */
const terraform =
  process.env.TERRAFORM_HERE ??
  fileURLToPath(new URL('../../../shared/clients/terraform-here', import.meta.url))

interface Ended {
  readonly code: number
  readonly out: string
}

/** A folder with a configuration, and an installation that it is applied to. */
export interface Stage {
  readonly server: Server
  readonly folder: string
  readonly run: (...args: string[]) => Promise<Ended>
  /** Asserts that the command works; answers what it printed. */
  readonly done: (...args: string[]) => Promise<string>
  /** Asserts that the configuration is what there is. */
  readonly noDrift: () => Promise<void>
  write(name: string, text: string): void
}

/** What every configuration begins with. */
export const provider = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
}
`

const works = (): Promise<boolean> =>
  new Promise((resolve) => {
    execFile('terraform', ['version'], (error) =>
      resolve((error as NodeJS.ErrnoException | null)?.code !== 'ENOENT'),
    )
  })

/** Plays a story with Terraform; skipped where there is no Terraform with the AWS provider. */
export async function withTerraform(
  t: TestContext,
  flags: readonly string[],
  story: (stage: Stage) => Promise<void>,
): Promise<void> {
  if (!existsSync(terraform) || !(await works()))
    return t.skip('needs terraform, and in TERRAFORM_HERE a command that runs it with a provider')
  const server = await startServer(...flags)
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-terraform-'))
  const runOnce = (args: readonly string[]): Promise<Ended> => {
    const env = {
      ...process.env,
      ENDPOINT: server.url,
      AWS_ACCESS_KEY_ID: server.admin.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.admin.secretAccessKey,
    }
    return new Promise((resolve) => {
      const options = { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 }
      execFile(terraform, [...args], options, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
        resolve({ code, out: `${stdout}${stderr}` })
      })
    })
  }
  // A launcher that looks for its provider in the whole file system gives up, with code 1 and not a
  // word, when files of other programs vanish under it: Terraform has not even begun then. Terraform
  // itself never fails silently.
  const run = async (...args: string[]): Promise<Ended> => {
    let ended = await runOnce(args)
    for (let tries = 1; ended.code === 1 && ended.out === '' && tries < 5; tries++)
      ended = await runOnce(args)
    return ended
  }
  const done = async (...args: string[]): Promise<string> => {
    const { code, out } = await run(...args, '-no-color')
    assert.equal(code, 0, `terraform ${args.join(' ')} ended with code ${code}\n${out}`)
    return out
  }
  // `-detailed-exitcode`, 0: nothing to do; 2: there would be changes.
  const noDrift = async (): Promise<void> => {
    await done('plan', '-detailed-exitcode', '-input=false')
  }
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  try {
    await story({ server, folder, run, done, noDrift, write })
  } finally {
    assert.equal(await server.stop(), 0)
    rmSync(folder, { recursive: true, force: true })
  }
}
