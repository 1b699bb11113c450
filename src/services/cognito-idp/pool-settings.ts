import type { CreateUserPoolCommandInput as CreatePool } from '@aws-sdk/client-cognito-identity-provider'
import type { Validated } from '../../kernel/contract.ts'
import { checkLevelNames } from './authentication-levels.ts'
import { fail, invalid } from './contract.ts'
import type { PoolSettings } from './pool-records.ts'

/** What CreateUserPool and UpdateUserPool have in common. */
type Asked = Pick<Validated<CreatePool>, keyof PoolSettings & keyof CreatePool>

const everyClass = {
  RequireUppercase: true,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
} as const

/** Classes of characters that a policy leaves open are not asked for, unless there is no policy. */
function passwordPolicy(asked: NonNullable<Asked['Policies']>['PasswordPolicy']) {
  if (asked === undefined)
    return { MinimumLength: 8, ...everyClass, TemporaryPasswordValidityDays: 7 }
  return {
    MinimumLength: asked.MinimumLength ?? 8,
    RequireUppercase: asked.RequireUppercase ?? false,
    RequireLowercase: asked.RequireLowercase ?? false,
    RequireNumbers: asked.RequireNumbers ?? false,
    RequireSymbols: asked.RequireSymbols ?? false,
    ...(asked.PasswordHistorySize !== undefined && {
      PasswordHistorySize: asked.PasswordHistorySize,
    }),
    TemporaryPasswordValidityDays: asked.TemporaryPasswordValidityDays ?? 7,
  }
}

/** The settings of a pool: what is not asked for takes AWS's default, also when a pool is updated. */
export function poolSettings(asked: Asked): PoolSettings {
  const tier = asked.UserPoolTier ?? 'ESSENTIALS'
  checkTier(asked, tier)
  checkLevelNames(asked.AcrConfiguration, tier)
  checkRecovery(asked)
  checkUpdateSettings(asked)
  const temporary = asked.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays
  const unused = asked.AdminCreateUserConfig?.UnusedAccountValidityDays
  const policy = passwordPolicy(asked.Policies?.PasswordPolicy)
  const settings = {
    Policies: {
      PasswordPolicy: {
        ...policy,
        // The older setting speaks where the newer one is silent.
        TemporaryPasswordValidityDays: temporary ?? unused ?? policy.TemporaryPasswordValidityDays,
      },
      SignInPolicy: asked.Policies?.SignInPolicy ?? { AllowedFirstAuthFactors: ['PASSWORD'] },
    },
    DeletionProtection: asked.DeletionProtection ?? 'INACTIVE',
    LambdaConfig: asked.LambdaConfig ?? {},
    AutoVerifiedAttributes: asked.AutoVerifiedAttributes,
    SmsVerificationMessage: asked.SmsVerificationMessage,
    EmailVerificationMessage: asked.EmailVerificationMessage,
    EmailVerificationSubject: asked.EmailVerificationSubject,
    VerificationMessageTemplate: messageTemplate(asked),
    SmsAuthenticationMessage: asked.SmsAuthenticationMessage,
    UserAttributeUpdateSettings: asked.UserAttributeUpdateSettings,
    DeviceConfiguration: asked.DeviceConfiguration,
    EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT', ...asked.EmailConfiguration },
    SmsConfiguration: asked.SmsConfiguration,
    AdminCreateUserConfig: {
      ...asked.AdminCreateUserConfig,
      AllowAdminCreateUserOnly: asked.AdminCreateUserConfig?.AllowAdminCreateUserOnly ?? false,
      UnusedAccountValidityDays: unused ?? temporary ?? policy.TemporaryPasswordValidityDays,
    },
    UserPoolAddOns: asked.UserPoolAddOns,
    AccountRecoverySetting: asked.AccountRecoverySetting,
    UserPoolTier: tier,
    KeyConfiguration: asked.KeyConfiguration,
    IssuerConfiguration: asked.IssuerConfiguration,
    AcrConfiguration: asked.AcrConfiguration,
    DcrConfiguration: registration(asked),
  }
  return settings as PoolSettings
}

/** Whoever says anything about registration turns it on, unless that is what is said. */
const registration = ({ DcrConfiguration: asked }: Asked) =>
  asked && { ...asked, EnableStatus: asked.EnableStatus ?? 'Enabled' }

/** Older members and the template say the same; what is in one is told in both. */
function messageTemplate(asked: Asked) {
  const template = asked.VerificationMessageTemplate
  const pairs = [
    [asked.SmsVerificationMessage, template?.SmsMessage, 'SmsMessage'],
    [asked.EmailVerificationMessage, template?.EmailMessage, 'EmailMessage'],
    [asked.EmailVerificationSubject, template?.EmailSubject, 'EmailSubject'],
  ] as const
  const same: Record<string, string> = {}
  for (const [old, current, name] of pairs) {
    const text = current ?? old
    if (text !== undefined) same[name] = text
  }
  return {
    ...template,
    ...same,
    DefaultEmailOption: template?.DefaultEmailOption ?? 'CONFIRM_WITH_CODE',
  }
}

function checkTier(asked: Asked, tier: string): void {
  const protection = asked.UserPoolAddOns?.AdvancedSecurityMode
  if (protection !== undefined && protection !== 'OFF' && tier !== 'PLUS')
    throw fail(
      'FeatureUnavailableInTierException',
      `Threat protection is not available in the ${tier} tier.`,
    )
  if (asked.DcrConfiguration !== undefined && tier === 'LITE')
    throw fail(
      'FeatureUnavailableInTierException',
      'Dynamic client registration is not available in the LITE tier.',
    )
  const factors = asked.Policies?.SignInPolicy?.AllowedFirstAuthFactors ?? ['PASSWORD']
  if (!factors.includes('PASSWORD'))
    throw invalid('Password must be one of the AllowedFirstAuthFactors.')
  if (factors.length > 1 && tier === 'LITE')
    throw fail(
      'FeatureUnavailableInTierException',
      'Choice-based sign-in is not available in the LITE tier.',
    )
}

function checkRecovery(asked: Asked): void {
  const ways = asked.AccountRecoverySetting?.RecoveryMechanisms ?? []
  const priorities = new Set(ways.map(({ Priority }) => Priority))
  const names = new Set(ways.map(({ Name }) => Name))
  if (priorities.size < ways.length || names.size < ways.length)
    throw invalid('Account recovery mechanisms must have different names and priorities.')
  if (names.has('admin_only') && names.size > 1)
    throw invalid(
      'Invalid account recovery setting parameter. admin_only cannot be combined with other recovery mechanisms.',
    )
}

function checkUpdateSettings(asked: Asked): void {
  const auto = new Set<string>(asked.AutoVerifiedAttributes ?? [])
  const first = asked.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate ?? []
  if (first.some((name) => !auto.has(name)))
    throw invalid('Attributes which require verification before update must be auto verified.')
}
