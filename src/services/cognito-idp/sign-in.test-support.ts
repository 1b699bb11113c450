import type { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { type Cognito, newPool } from './pools.test-support.ts'

export const PASSWORD = 'Permanent-1'

type CreatePool = Partial<Parameters<CognitoIdentityProvider['createUserPool']>[0]>
type CreateClient = Partial<Parameters<CognitoIdentityProvider['createUserPoolClient']>[0]>

/** A pool with an app client and the user `ada`, who has the temporary password `Temporary-1`. */
export async function signInPool(
  cognito: Cognito,
  pool: CreatePool = {},
  client: CreateClient = {},
) {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito, pool)
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'app',
    ExplicitAuthFlows: [
      'ALLOW_USER_PASSWORD_AUTH',
      'ALLOW_ADMIN_USER_PASSWORD_AUTH',
      'ALLOW_REFRESH_TOKEN_AUTH',
    ],
    ...client,
  })
  const ClientId = UserPoolClient!.ClientId!
  await idp.adminCreateUser({
    UserPoolId,
    Username: 'ada',
    TemporaryPassword: 'Temporary-1',
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: 'ada@example.com' },
      { Name: 'email_verified', Value: 'true' },
    ],
  })
  const secret = UserPoolClient!.ClientSecret
  return {
    UserPoolId,
    ClientId,
    secret,
    confirm: () =>
      idp.adminSetUserPassword({
        UserPoolId,
        Username: 'ada',
        Password: PASSWORD,
        Permanent: true,
      }),
    signIn: (password: string = PASSWORD, USERNAME = 'ada') =>
      idp.initiateAuth({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME, PASSWORD: password },
      }),
  }
}

/** Moves the clock of the installation on. */
export const advance = async ({ house }: Cognito, advanceSeconds: number): Promise<void> => {
  const { status, text } = await house.ask('POST', 'clock', { body: { advanceSeconds } })
  if (status !== 200) throw new Error(text)
}
