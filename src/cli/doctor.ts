import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import packageFacts from '../../package.json' with { type: 'json' }
import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
  dataOf,
  endpointOf,
} from './administration-client.ts'
import { type Command, Complaint } from './command.ts'
import { credentialsPath } from './credentials-file.ts'
import type { Finding } from './finding.ts'
import { tokenFindings } from './token-findings.ts'

const oneGigabyte = 1_073_741_824

export const command: Command = {
  name: 'doctor',
  summary: 'say what is wrong with a setup, in plain words',
  help: `sallyport doctor: looks at the data directory, the keys and the running installation

Exit code 1 when something is wrong, 0 when it is only to be considered.

${connectionHelp}`,
  async run(args, terminal) {
    const { values } = argumentsOf(args, connectionFlags)
    const data = dataOf(values)
    const findings = [
      ...dataFindings(data),
      ...keyFindings(data),
      ...(await collected(tokenFindings())),
      ...(await collected(running(values))),
    ]
    if (values.json) terminal.out(`${JSON.stringify(findings, null, 2)}\n`)
    else for (const finding of findings) terminal.out(lineOf(finding, terminal.interactive))
    return findings.some(({ level }) => level === 'wrong') ? 1 : 0
  },
}

async function collected(findings: AsyncIterable<Finding>): Promise<Finding[]> {
  const all: Finding[] = []
  for await (const finding of findings) all.push(finding)
  return all
}

function lineOf({ level, what, remedy }: Finding, colours: boolean): string {
  const mark = { good: 'ok     ', warning: 'careful', wrong: 'wrong  ' }[level]
  const colour = { good: 32, warning: 33, wrong: 31 }[level]
  const head = colours ? `\x1b[${colour}m${mark}\x1b[0m` : mark
  return `${head} ${what}\n${remedy === undefined ? '' : `        ${remedy}\n`}`
}

function* dataFindings(data: string): Generator<Finding> {
  if (!existsSync(data)) {
    yield {
      level: 'wrong',
      what: `there is no data directory ${resolve(data)}`,
      remedy: 'start an installation with "sallyport start", or name its directory with --data',
    }
    return
  }
  yield { level: 'good', what: `data directory ${resolve(data)}` }
  if ((statSync(data).mode & 0o077) !== 0)
    yield {
      level: 'warning',
      what: 'others may look into the data directory',
      remedy: `chmod 700 ${data}`,
    }
  const { bavail, bsize } = statfsSync(data)
  yield* diskFindings(bavail * bsize)
}

async function* poolFindings(values: {
  data?: string
  endpoint?: string
}): AsyncGenerator<Finding> {
  // An installation of another version may know nothing of it.
  const { pools = [] } = (await administration(values, 'GET', 'weak-pools')) as {
    pools?: readonly { pool: string; name: string; account: string; reasons: readonly string[] }[]
  }
  for (const { pool, name, account, reasons } of pools)
    yield {
      level: 'warning',
      what: `user pool ${name} (${pool} of ${account}) could be safer`,
      remedy: reasons.join('; '),
    }
}

/** @param free bytes */
export function* diskFindings(free: number): Generator<Finding> {
  if (free >= oneGigabyte) return
  yield {
    level: free < oneGigabyte / 10 ? 'wrong' : 'warning',
    what: `only ${Math.round(free / 1_048_576)} MB are free on its disk`,
    remedy: 'every call is recorded before it is answered: when the disk is full, nothing is',
  }
}

function* keyFindings(data: string): Generator<Finding> {
  const key = join(data, 'unseal.key')
  if (existsSync(key)) {
    if ((statSync(key).mode & 0o077) !== 0)
      yield {
        level: 'wrong',
        what: 'others may read the unseal key: whoever has it and the database has everything',
        remedy: `chmod 600 ${key}, and think about who could read it so far`,
      }
    yield {
      level: 'warning',
      what: `the unseal key lies beside the data, in ${resolve(dirname(key))}`,
      remedy:
        'fine for development; in production keep it elsewhere: --unseal keyfile:/etc/sallyport/unseal.key, credential:<name>, passphrase or pkcs11:<module>?token=<label>',
    }
  }
  const credentials = resolve(credentialsPath(data))
  if (existsSync(credentials)) {
    const open = (statSync(credentials).mode & 0o077) !== 0
    yield open
      ? {
          level: 'wrong',
          what: `others may read the administrator's key in ${credentials}`,
          remedy: `chmod 600 ${credentials}, then make a new key and delete this one`,
        }
      : { level: 'good', what: `administrator's key in ${credentials}` }
  }
}

async function* running(values: { data?: string; endpoint?: string }): AsyncGenerator<Finding> {
  const endpoint = endpointOf(values)
  const health = await fetch(new URL('/_sallyport/health', endpoint))
    .then((response) => response.json() as Promise<Record<string, string>>)
    .catch(() => undefined)
  if (health === undefined) {
    yield {
      level: 'warning',
      what: `nothing answers at ${endpoint}`,
      remedy: 'start it with "sallyport start", or name it with --endpoint',
    }
    return
  }
  yield {
    level: health.status === 'ok' ? 'good' : 'wrong',
    what: `version ${health.version} answers at ${endpoint}: ${health.status}`,
  }
  const refused = await administration(values, 'GET', 'clock').catch((error: unknown) => error)
  if (refused instanceof Complaint)
    yield {
      level: 'warning',
      what: `its administrator cannot be reached from here: ${refused.message}`,
      remedy: refused.next ?? "name the directory that holds the administrator's key with --data",
    }
  else yield* poolFindings(values)
  if (health.version !== packageFacts.version)
    yield {
      level: 'warning',
      what: `this command is of version ${packageFacts.version}, the installation of ${health.version}`,
      remedy: 'use the command of the same version, or start the installation anew with this one',
    }
  if (health.auth === 'open')
    yield {
      level: 'warning',
      what: 'it takes any key (--auth open)',
      remedy: 'for tests only: start it with --auth enforce',
    }
  if (health.auth === 'observe')
    yield {
      level: 'warning',
      what: 'it allows what policies deny (--auth observe)',
      remedy: 'look at what would be denied in the event log, then start it with --auth enforce',
    }
  const { protocol, hostname } = new URL(endpoint)
  if (protocol === 'http:' && !/^(127\.|localhost$|\[::1\]$)/.test(hostname))
    yield {
      level: 'warning',
      what: 'it is reached over the network without TLS',
      remedy: 'put a TLS proxy before it',
    }
}
