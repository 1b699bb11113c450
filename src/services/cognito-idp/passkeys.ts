import { bearerOf, withToken } from './access-tokens.ts'
import { fail, operation } from './contract.ts'
import { storePage } from './listing.ts'
import { passkeyQuota, passkeys } from './passkey-records.ts'

export const ListWebAuthnCredentials = operation('ListWebAuthnCredentials', {
  access: withToken,
  async handle(input, ctx) {
    const { user } = bearerOf(input)
    const prefix = [user.pool, user.sub]
    const { records, next } = await storePage(
      (from) => ctx.store.of(passkeys).list({ ...from, prefix }),
      { mark: input.NextToken, limit: input.MaxResults || passkeyQuota },
      ctx,
      `passkeys/${user.sub}`,
    )
    const Credentials = records.map((passkey) => ({
      CredentialId: passkey.credentialId,
      FriendlyCredentialName: passkey.name,
      RelyingPartyId: passkey.relyingParty,
      ...(passkey.attachment !== undefined && { AuthenticatorAttachment: passkey.attachment }),
      AuthenticatorTransports: [...passkey.transports],
      CreatedAt: passkey.createdAt,
    }))
    return { Credentials, ...(next !== undefined && { NextToken: next }) }
  },
})

export const DeleteWebAuthnCredential = operation('DeleteWebAuthnCredential', {
  access: withToken,
  async handle(input, ctx) {
    const { user } = bearerOf(input)
    await ctx.store.transaction(async (tx) => {
      const index = `${user.pool}|${input.CredentialId}`
      const found = await tx.of(passkeys).findOne('credential', index)
      if (found?.sub !== user.sub)
        throw fail('ResourceNotFoundException', 'The passkey credential does not exist.')
      await tx.of(passkeys).delete([found.pool, found.sub, found.id])
    })
    return {}
  },
})
