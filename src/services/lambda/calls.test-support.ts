import assert from 'node:assert/strict'
import * as Lambda from '@aws-sdk/client-lambda'
import { type Account, policy } from '../../../test/account.ts'
import { namedCalls } from '../../../test/named-calls.ts'
import { zipOf } from '../../../test/zip.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
export type Loose = any

/** Calls of Lambda by name, with the official client. */
export const lambdaOf = namedCalls(Lambda, 'LambdaClient')

type Call = ReturnType<typeof lambdaOf>

export const refusedAs = (name: string, text?: string | RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (typeof text === 'string') assert.equal(error.message, text)
  else if (text) assert.match(error.message, text)
  return true
}

export const trusted = policy({
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
})

/** The ARN of a role that functions can have, with these statements as its policy. */
export async function roleFor(
  account: Account,
  name = 'functions',
  ...statements: object[]
): Promise<string> {
  const made = await account.iam('CreateRole', {
    RoleName: name,
    AssumeRolePolicyDocument: trusted,
  })
  if (statements.length > 0)
    await account.iam('PutRolePolicy', {
      RoleName: name,
      PolicyName: 'own',
      PolicyDocument: policy(...statements),
    })
  return made.Role.Arn
}

/** Makes a function from the source of `index.mjs`, or from several files. */
export function makeFunction(
  lambda: Call,
  Role: string,
  source: string | Readonly<Record<string, string>>,
  more: object = {},
): Promise<Loose> {
  const files = typeof source === 'string' ? { 'index.mjs': source } : source
  return lambda('CreateFunction', {
    FunctionName: 'f',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role,
    Code: { ZipFile: zipOf(files) },
    ...more,
  })
}

/** What a function answers to an event, and whether it failed. */
export async function invoke(
  lambda: Call,
  event: unknown = {},
  more: object = {},
): Promise<{ answer: Loose; error: string | undefined; log: string; status: number }> {
  const told = await lambda('Invoke', {
    FunctionName: 'f',
    Payload: JSON.stringify(event),
    LogType: 'Tail',
    ...more,
  })
  const text = Buffer.from(told.Payload ?? []).toString()
  return {
    answer: text === '' ? undefined : JSON.parse(text),
    error: told.FunctionError,
    log: Buffer.from(told.LogResult ?? '', 'base64').toString(),
    status: told.StatusCode,
  }
}
