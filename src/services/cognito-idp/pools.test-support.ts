import assert from 'node:assert/strict'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { type Installation, install } from '../../../test/installation.ts'

export interface Cognito {
  readonly house: Installation
  /** The official client with the administrator's keys. */
  readonly idp: CognitoIdentityProvider
  close(): Promise<void>
}

export async function installCognito(...flags: string[]): Promise<Cognito> {
  const house = await install(...flags)
  const idp = new CognitoIdentityProvider({
    endpoint: house.url,
    region: 'us-east-1',
    credentials: house.admin,
    maxAttempts: 1,
  })
  return {
    house,
    idp,
    async close() {
      idp.destroy()
      await house.close()
    },
  }
}

/** What a refusal must be: its name and its sentence. */
export const refused = (name: string, message: string | RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (typeof message === 'string') assert.equal(error.message, message)
  else assert.match(error.message, message)
  return true
}

type CreatePool = Parameters<CognitoIdentityProvider['createUserPool']>[0]

/** The id of a new pool. */
export async function newPool({ idp }: Cognito, more: Partial<CreatePool> = {}): Promise<string> {
  const { UserPool } = await idp.createUserPool({ PoolName: 'people', ...more })
  return UserPool!.Id!
}

/** Messages that were sent to somebody, newest last. */
export async function inbox(
  { house }: Cognito,
  to: string,
): Promise<readonly { readonly subject?: string; readonly text: string }[]> {
  const answer = await house.ask('GET', `inbox?to=${encodeURIComponent(to)}`)
  assert.equal(answer.status, 200, answer.text)
  return answer.json.messages
}
