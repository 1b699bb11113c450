import { createHmac, timingSafeEqual } from 'node:crypto'
import { type ClientRecord, clients } from './client-records.ts'
import { livingClient, newSecret } from './clients.ts'
import { fail, invalid, operation } from './contract.ts'
import { foundPool, onPool } from './pool-targets.ts'

/**
 * Refuses who does not prove to know the client's secret:
 * Base64(HMAC-SHA-256(secret, user name + client id)).
 */
export function checkSecretHash(
  client: ClientRecord,
  username: string,
  hash: string | undefined,
): void {
  if (client.secrets.length === 0) return
  if (hash === undefined)
    throw fail(
      'NotAuthorizedException',
      `Client ${client.id} is configured with secret but SECRET_HASH was not received`,
    )
  const given = Buffer.from(hash)
  let good = false
  for (const { value } of client.secrets) {
    const mac = createHmac('sha256', value).update(username).update(client.id).digest('base64')
    const expected = Buffer.from(mac)
    if (given.length === expected.length && timingSafeEqual(given, expected)) good = true
  }
  if (!good)
    throw fail('NotAuthorizedException', `Unable to verify secret hash for client ${client.id}`)
}

/** Whether the client's secret itself was told; a client without one needs none. */
export function knowsSecret(client: ClientRecord, given = ''): boolean {
  const told = Buffer.from(given)
  let good = client.secrets.length === 0
  for (const { value } of client.secrets) {
    const secret = Buffer.from(value)
    if (secret.length === told.length && timingSafeEqual(secret, told)) good = true
  }
  return good
}

export const AddUserPoolClientSecret = operation('AddUserPoolClientSecret', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const made = newSecret(input.ClientSecret, ctx, input.ClientId)
    await ctx.store.transaction(async (tx) => {
      const client = await livingClient(tx, id, input.ClientId)
      if (client.registered)
        throw invalid('Apps that have registered themselves keep their secret.')
      if (client.secrets.length === 0)
        throw invalid('A secret cannot be added to a client that has none.')
      if (client.secrets.length >= 2)
        throw fail('LimitExceededException', 'An app client has at most two secrets.')
      await tx.of(clients).put({ ...client, secrets: [...client.secrets, made] })
    })
    return {
      ClientSecretDescriptor: {
        ClientSecretId: made.id,
        // A secret of the caller's own is not told back.
        ...(input.ClientSecret === undefined && { ClientSecretValue: made.value }),
        ClientSecretCreateDate: made.createdAt,
      },
    }
  },
})

export const ListUserPoolClientSecrets = operation('ListUserPoolClientSecrets', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    const { secrets } = await livingClient(ctx.store, id, input.ClientId)
    return {
      ClientSecrets: secrets.map((secret) => ({
        ClientSecretId: secret.id,
        ClientSecretCreateDate: secret.createdAt,
      })),
    }
  },
})

export const DeleteUserPoolClientSecret = operation('DeleteUserPoolClientSecret', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const { id } = foundPool(target, input)
    await ctx.store.transaction(async (tx) => {
      const client = await livingClient(tx, id, input.ClientId)
      const kept = client.secrets.filter((secret) => secret.id !== input.ClientSecretId)
      if (kept.length === client.secrets.length)
        throw fail(
          'ResourceNotFoundException',
          `Client secret ${input.ClientSecretId} does not exist.`,
        )
      if (kept.length === 0) throw invalid('The last secret of a client cannot be deleted.')
      await tx.of(clients).put({ ...client, secrets: kept })
    })
    return {}
  },
})
