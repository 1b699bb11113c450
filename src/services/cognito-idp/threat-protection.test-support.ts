import { createHmac } from 'node:crypto'
import type { AuthEventType, UserContextDataType } from '@aws-sdk/client-cognito-identity-provider'
import type { Cognito } from './pools.test-support.ts'
import { PASSWORD, signInPool } from './sign-in.test-support.ts'

type Options = Parameters<typeof signInPool>[1]

/** A protected pool whose client may say where its users are, with the user `ada`. */
export async function protectedPool(
  cognito: Cognito,
  mode: 'AUDIT' | 'ENFORCED',
  pool: Options = {},
) {
  const made = await signInPool(
    cognito,
    { UserPoolTier: 'PLUS', UserPoolAddOns: { AdvancedSecurityMode: mode }, ...pool },
    { GenerateSecret: true, EnablePropagateAdditionalUserContextData: true },
  )
  await made.confirm()
  const { idp } = cognito
  const { UserPoolId, ClientId, secret } = made
  const hash = (name: string) =>
    createHmac('sha256', secret!).update(name).update(ClientId).digest('base64')
  return {
    UserPoolId,
    ClientId,
    hash,
    /** Signs in from an address, on a device. */
    signIn: (from: UserContextDataType, password = PASSWORD, USERNAME = 'ada') =>
      idp.initiateAuth({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME, PASSWORD: password, SECRET_HASH: hash(USERNAME) },
        UserContextData: from,
      }),
    /** What the user did, newest first. */
    async events(Username = 'ada'): Promise<AuthEventType[]> {
      const { AuthEvents } = await idp.adminListUserAuthEvents({ UserPoolId, Username })
      return AuthEvents!
    },
  }
}

/** Encoded data as the library for apps makes it. */
export const device = (DeviceId: string): string => {
  const contextData = {
    DeviceId,
    UserAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    ClientTimezone: '+01:00',
  }
  const payload = JSON.stringify({ contextData, username: 'ada', timestamp: '1' })
  return Buffer.from(JSON.stringify({ payload, signature: '', version: 'JS20171115' })).toString(
    'base64',
  )
}

export const home = { IpAddress: '198.51.100.7', EncodedData: device('home') }
export const away = { IpAddress: '203.0.113.9', EncodedData: device('away') }
