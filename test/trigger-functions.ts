import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda } from '@aws-sdk/client-lambda'
import type { Installation } from './installation.ts'
import { zipOf } from './zip.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests assert the shapes that they expect
export type Event = any

type Told = object | Error | 'garbage' | undefined
type How = (event: Event) => Told | Promise<Told>

export interface Functions {
  /** What functions were told, in order. */
  readonly events: Event[]
  /** The answer to an event of a source: a `response`, or an error that is thrown. */
  answer(source: string, how: How): void
  /** The next event that a function is told. */
  next(): Promise<Event>
  /** ARN of the function, which the pools may ask. */
  readonly arn: string
  close(): Promise<void>
}

const source = `
export const handler = async (event) => {
  const answer = await fetch(process.env.TEST, { method: 'POST', body: JSON.stringify(event) })
  const told = await answer.json()
  if (told.error) throw new Error(told.error)
  if (told.garbage) return 'garbage'
  return { ...event, response: { ...event.response, ...told.response } }
}
`

/** A real function that asks this process what to answer. */
export async function functionsFor(house: Installation): Promise<Functions> {
  const events: Event[] = []
  const waiting: ((event: Event) => void)[] = []
  const answers = new Map<string, How>()
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const event = JSON.parse(Buffer.concat(parts).toString())
    events.push(event)
    for (const tell of waiting.splice(0)) tell(event)
    const told = await answers.get(event.triggerSource)?.(event)
    const body =
      told instanceof Error
        ? { error: told.message }
        : told === 'garbage'
          ? { garbage: true }
          : { response: told ?? {} }
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const options = { endpoint: house.url, region: 'us-east-1', credentials: house.admin }
  const iam = new IAM(options)
  const lambda = new Lambda(options)
  const { Role } = await iam.createRole({
    RoleName: 'functions',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    }),
  })
  const { FunctionArn } = await lambda.createFunction({
    FunctionName: 'trigger',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: Role!.Arn!,
    Timeout: 30,
    Code: { ZipFile: zipOf({ 'index.mjs': source }) },
    Environment: {
      Variables: { TEST: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    },
  })
  await lambda.addPermission({
    FunctionName: 'trigger',
    StatementId: 'pools',
    Action: 'lambda:InvokeFunction',
    Principal: 'cognito-idp.amazonaws.com',
  })
  iam.destroy()
  lambda.destroy()
  return {
    events,
    next: () => new Promise((tell) => waiting.push(tell)),
    arn: FunctionArn!,
    answer: (name, how) => answers.set(name, how),
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
