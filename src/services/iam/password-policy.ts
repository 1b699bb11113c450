import { fail, operation } from './contract.ts'
import { type PasswordPolicyRecord, passwordPolicies } from './password-policy-records.ts'

const account = { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] } as const

/** Replaces the whole policy: what is not given gets AWS's default, not its value of before. */
export const UpdateAccountPasswordPolicy = operation('UpdateAccountPasswordPolicy', {
  access: account,
  async handle(input, ctx) {
    const policy: PasswordPolicyRecord = {
      minimumLength: input.MinimumPasswordLength ?? 6,
      symbols: input.RequireSymbols ?? false,
      numbers: input.RequireNumbers ?? false,
      uppercase: input.RequireUppercaseCharacters ?? false,
      lowercase: input.RequireLowercaseCharacters ?? false,
      usersMayChange: input.AllowUsersToChangePassword ?? false,
      maximumAge: input.MaxPasswordAge,
      remembered: input.PasswordReusePrevention,
      hardExpiry: input.HardExpiry,
    }
    await ctx.store.transaction((tx) => tx.of(passwordPolicies).put(policy))
    return {}
  },
})

export const GetAccountPasswordPolicy = operation('GetAccountPasswordPolicy', {
  access: account,
  async handle(_input, ctx) {
    const policy = await ctx.store.of(passwordPolicies).get(['policy'])
    if (policy === undefined)
      throw fail(
        'NoSuchEntityException',
        `The Password Policy with domain name ${ctx.account} cannot be found.`,
      )
    return {
      PasswordPolicy: {
        MinimumPasswordLength: policy.minimumLength,
        RequireSymbols: policy.symbols,
        RequireNumbers: policy.numbers,
        RequireUppercaseCharacters: policy.uppercase,
        RequireLowercaseCharacters: policy.lowercase,
        AllowUsersToChangePassword: policy.usersMayChange,
        ExpirePasswords: policy.maximumAge !== undefined,
        ...(policy.maximumAge !== undefined && { MaxPasswordAge: policy.maximumAge }),
        ...(policy.remembered !== undefined && { PasswordReusePrevention: policy.remembered }),
        ...(policy.hardExpiry !== undefined && { HardExpiry: policy.hardExpiry }),
      },
    }
  },
})

export const DeleteAccountPasswordPolicy = operation('DeleteAccountPasswordPolicy', {
  access: account,
  async handle(_input, ctx) {
    const gone = await ctx.store.transaction((tx) => tx.of(passwordPolicies).delete(['policy']))
    if (!gone)
      throw fail(
        'NoSuchEntityException',
        'The account policy with name PasswordPolicy cannot be found.',
      )
    return {}
  },
})
