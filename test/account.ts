import assert from 'node:assert/strict'
import * as Iam from '@aws-sdk/client-iam'
import * as Sts from '@aws-sdk/client-sts'
import { type Installation, install, installAt, type Keys, type Premises } from './installation.ts'
import { type Answer, call } from './raw-calls.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
type Loose = any

/** An installation whose operations are called by name, for tests of one noun after another. */
export interface Account {
  readonly house: Installation
  /** The output of an iam operation, by the official client. */
  iam(operation: string, input?: object, keys?: Keys): Promise<Loose>
  /** The output of an sts operation, by the official client. */
  sts(operation: string, input?: object, keys?: Keys): Promise<Loose>
  /** The answer as it is on the wire. */
  raw(service: 'iam' | 'sts', operation: string, input?: object, keys?: Keys): Promise<Answer>
  /** Asserts an error by the code, status and sentence that are on the wire. */
  refuses(
    call: readonly [service: 'iam' | 'sts', operation: string, input?: object, keys?: Keys],
    code: string,
    status: number,
    message: string | RegExp,
  ): Promise<void>
  /** A user with a key and an inline policy that allows these actions on everything. */
  user(name: string, ...actions: string[]): Promise<Keys>
  close(): Promise<void>
}

export const policy = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

export const allow = (Action: string | string[], Resource: string | string[] = '*') => ({
  Effect: 'Allow',
  Action,
  Resource,
})

export const trusting = (AWS: string, Action: string | string[] = 'sts:AssumeRole') =>
  policy({ Effect: 'Allow', Principal: { AWS }, Action })

export const keysOf = ({ Credentials }: { Credentials: Sts.Credentials }): Keys => ({
  accessKeyId: Credentials.AccessKeyId!,
  secretAccessKey: Credentials.SecretAccessKey!,
  sessionToken: Credentials.SessionToken!,
})

const unescaped = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|apos|#39);/g, (entity) => entities[entity]!)
const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
}

/** A fresh account; its flags may follow premises of the test's own. */
export async function openAccount(
  first: Premises | string = {},
  ...rest: string[]
): Promise<Account> {
  const house = await (typeof first === 'string'
    ? install(first, ...rest)
    : installAt(first, ...rest))
  const send = (service: 'iam' | 'sts', operation: string, input: object, keys: Keys) => {
    const commands = (service === 'iam' ? Iam : Sts) as unknown as Record<
      string,
      new (
        i: object,
      ) => never
    >
    const client = house.as(keys)[service] as { send(command: never): Promise<Loose> }
    return client.send(new commands[`${operation}Command`]!(input))
  }
  const account: Account = {
    house,
    iam: (operation, input = {}, keys = house.admin) => send('iam', operation, input, keys),
    sts: (operation, input = {}, keys = house.admin) => send('sts', operation, input, keys),
    raw: (service, operation, input = {}, keys = house.admin) =>
      call(house.app.house, keys, service, operation, input),
    async refuses([service, operation, input = {}, keys = house.admin], code, status, message) {
      const answer = await call(house.app.house, keys, service, operation, input)
      assert.equal(answer.code, code, answer.text)
      assert.equal(answer.status, status, answer.text)
      if (typeof message === 'string') assert.equal(unescaped(answer.message), message)
      else assert.match(unescaped(answer.message), message)
    },
    async user(UserName, ...actions) {
      await account.iam('CreateUser', { UserName })
      if (actions.length > 0)
        await account.iam('PutUserPolicy', {
          UserName,
          PolicyName: 'granted',
          PolicyDocument: policy(allow(actions)),
        })
      const { AccessKey } = await account.iam('CreateAccessKey', { UserName })
      return { accessKeyId: AccessKey.AccessKeyId!, secretAccessKey: AccessKey.SecretAccessKey! }
    },
    close: () => house.close(),
  }
  return account
}
