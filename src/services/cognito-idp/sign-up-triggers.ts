import type { CallContext } from '../../kernel/context.ts'
import type { Attributes } from './attributes.ts'
import { fail } from './contract.ts'
import { type Asking, ask, attributesFor, metadataOf, type Via } from './triggers.ts'
import type { UserRecord } from './user-records.ts'

type Pairs = readonly { readonly Name: string; readonly Value?: string | undefined }[]

interface SignUpAsked {
  readonly source: 'PreSignUp_SignUp' | 'PreSignUp_AdminCreateUser' | 'PreSignUp_ExternalProvider'
  readonly userName: string
  readonly attributes: Attributes
  readonly validation?: Pairs | undefined
}

/** What a function makes of a sign-up. */
export interface Verdict {
  readonly confirmed: boolean
  readonly verified: readonly ('email' | 'phone_number')[]
}

/** Asks the pool's function whether somebody may sign up; throws when it refuses. */
export async function preSignUp(
  via: Via,
  { source, userName, attributes, validation }: SignUpAsked,
  ctx: CallContext,
): Promise<Verdict> {
  const request = {
    userAttributes: attributes,
    validationData:
      validation === undefined
        ? null
        : Object.fromEntries(validation.map(({ Name, Value = '' }) => [Name, Value])),
    ...metadataOf(via),
  }
  const response = { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false }
  const told = (await ask('PreSignUp', via, { source, userName, request, response }, ctx)) ?? {}
  const verified = (['email', 'phone_number'] as const).filter(
    (name) => told[name === 'email' ? 'autoVerifyEmail' : 'autoVerifyPhone'] === true,
  )
  for (const name of verified)
    if (!attributes[name])
      throw fail(
        'InvalidLambdaResponseException',
        `The function verifies ${name}, which the user does not have.`,
      )
  return { confirmed: told.autoConfirmUser === true, verified }
}

/** Tells the pool's function that a user is confirmed, or has chosen another password. */
export async function postConfirmation(
  via: Via,
  user: UserRecord,
  source: 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword',
  ctx: Asking,
): Promise<void> {
  const request = { userAttributes: attributesFor(user), ...metadataOf(via) }
  await ask(
    'PostConfirmation',
    via,
    { source, userName: user.username, request, response: {} },
    ctx,
  )
}
