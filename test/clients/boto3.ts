import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Answer, Client } from './client.ts'

/** Debian's Python with boto3; `PYTHON` names another. */
const python = process.env.PYTHON ?? '/usr/bin/python3'

/** Drives boto3 in one Python process, a line a call. */
export function boto3(endpoint: string): Client {
  const driver = fileURLToPath(new URL('./boto3-driver.py', import.meta.url))
  const child = spawn(python, [driver], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    name: 'boto3',
    async call(service, operation, input, keys) {
      child.stdin.write(`${JSON.stringify({ service, operation, input, keys, endpoint })}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error('the Python process has ended')
      return JSON.parse(value) as Answer
    },
    close: () => child.stdin.end(),
  }
}
