import type { SetUserPoolMfaConfigCommandOutput } from '@aws-sdk/client-cognito-identity-provider'
import { fail, invalid, operation } from './contract.ts'
import { checkFirstFactors } from './first-factors.ts'
import { checkRelyingParty, isPasskeyMfa } from './passkey-records.ts'
import { type PoolMfa, type PoolRecord, pools } from './pool-records.ts'
import { foundPool, livingPool, onPool } from './pool-targets.ts'

function mfaShape({
  mfa,
  settings,
}: PoolRecord): Omit<SetUserPoolMfaConfigCommandOutput, '$metadata'> {
  const { sms, email, webAuthn } = mfa
  return {
    ...(sms !== undefined && {
      SmsMfaConfiguration: {
        SmsAuthenticationMessage: sms.message,
        SmsConfiguration: settings.SmsConfiguration,
      },
    }),
    ...(mfa.softwareToken && { SoftwareTokenMfaConfiguration: { Enabled: true } }),
    ...(email !== undefined && {
      EmailMfaConfiguration: { Message: email.message, Subject: email.subject },
    }),
    ...(webAuthn !== undefined && { WebAuthnConfiguration: webAuthn }),
    MfaConfiguration: mfa.mode,
  }
}

export const SetUserPoolMfaConfig = operation('SetUserPoolMfaConfig', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { SmsMfaConfiguration: sms, EmailMfaConfiguration: email } = input
    const webAuthn = input.WebAuthnConfiguration
    const mode = input.MfaConfiguration ?? 'OFF'
    const softwareToken = input.SoftwareTokenMfaConfiguration?.Enabled ?? false
    const changed = await ctx.store.transaction(async (tx) => {
      const pool = await livingPool(tx, id)
      const { settings } = pool
      const SmsConfiguration = sms?.SmsConfiguration ?? settings.SmsConfiguration
      if (mode !== 'OFF') {
        if (sms === undefined && email === undefined && !softwareToken)
          throw invalid(
            "Invalid MFA configuration given, can't turn on MFA without configuring an MFA.",
          )
        if (sms !== undefined && SmsConfiguration === undefined)
          throw invalid('SMS MFA needs an SMS configuration.')
        if (email !== undefined && settings.UserPoolTier === 'LITE')
          throw fail(
            'FeatureUnavailableInTierException',
            'Email MFA is not available in the LITE tier.',
          )
      }
      if (webAuthn?.RelyingPartyId !== undefined) checkRelyingParty(webAuthn.RelyingPartyId)
      if (isPasskeyMfa({ mode, softwareToken, webAuthn }) && settings.UserPoolTier === 'LITE')
        throw fail(
          'FeatureUnavailableInTierException',
          'Passkey MFA is not available in the LITE tier.',
        )
      const mfa: PoolMfa = {
        mode,
        softwareToken,
        ...(sms !== undefined && { sms: { message: sms.SmsAuthenticationMessage } }),
        ...(email !== undefined && { email: { message: email.Message, subject: email.Subject } }),
        webAuthn: webAuthn ?? pool.mfa.webAuthn,
      }
      const next: PoolRecord = {
        ...pool,
        mfa,
        settings: { ...settings, SmsConfiguration },
        modifiedAt: ctx.now(),
      }
      checkFirstFactors(next)
      await tx.of(pools).put(next)
      return next
    })
    return mfaShape(changed)
  },
})

export const GetUserPoolMfaConfig = operation('GetUserPoolMfaConfig', {
  access: onPool,
  handle: (input, _, [target]) => mfaShape(foundPool(target, input)),
})
