import { execFile } from 'node:child_process'
import type { Answer, Client } from './client.ts'

/** Debian's AWS CLI v2; `AWS_CLI` names another. */
const program = process.env.AWS_CLI ?? '/usr/bin/aws'

const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()

/** Drives the AWS CLI: one process a call. */
export function awsCli(endpoint: string): Client {
  return {
    name: 'AWS CLI v2',
    call(service, operation, input, keys) {
      const args = [service, kebab(operation), '--endpoint-url', endpoint, '--output', 'json']
      if (Object.keys(input).length > 0) args.push('--cli-input-json', JSON.stringify(input))
      const env = {
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        ...(keys.sessionToken !== undefined && { AWS_SESSION_TOKEN: keys.sessionToken }),
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_MAX_ATTEMPTS: '1',
        AWS_PAGER: '',
      }
      return new Promise<Answer>((resolve, reject) => {
        execFile(program, args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
          if (error === null) return resolve({ ok: true, output: stdout ? JSON.parse(stdout) : {} })
          const [, code, message] =
            /An error occurred \((\S+)\) when calling the \w+ operation[^:]*: ([\s\S]*)/.exec(
              stderr,
            ) ?? []
          if (code === undefined) return reject(new Error(`${args.join(' ')}: ${stderr}`))
          resolve({ ok: false, code, message: message!.trim() })
        })
      })
    },
    close() {},
  }
}
