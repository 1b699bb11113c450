import { asPem, asSsh, md5Fingerprint, readPublicKey } from '../../crypto/ssh-keys.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { fail, operation } from './contract.ts'
import { ownerOf, ownerTarget, stillThere } from './credential-owners.ts'
import { paged } from './listing.ts'
import { type SshPublicKeyRecord, sshPublicKeys } from './user-credential-records.ts'
import {
  type CredentialKind,
  credentialsOf,
  ownCredential,
  remove,
  setStatus,
  statusOf,
} from './user-credentials.ts'

const keysPerUser = 5
const fewestBits = 2_048

const kind: CredentialKind<SshPublicKeyRecord> = {
  collection: sshPublicKeys,
  missing: (id) => `The Public Key with id ${id} cannot be found.`,
}

const shape = (key: SshPublicKeyRecord, name: string | undefined, body: string) => ({
  UserName: name,
  SSHPublicKeyId: key.id,
  Fingerprint: md5Fingerprint(key.blob),
  SSHPublicKeyBody: body,
  Status: statusOf(key),
  UploadDate: key.createdAt,
})

/** The key's wire form: RSA of at least 2,048 bits, as CodeCommit takes it. */
function checkedBlob(body: string): Uint8Array {
  const key = readPublicKey(body)
  if (key === 'unrecognized')
    throw fail(
      'UnrecognizedPublicKeyEncodingException',
      'The public key encoding format is unsupported or unrecognized.',
    )
  if (key === 'invalid' || key.bits < fewestBits)
    throw fail('InvalidPublicKeyException', 'The public key is malformed or otherwise invalid.')
  return key.blob
}

export const UploadSSHPublicKey = operation('UploadSSHPublicKey', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    const key: SshPublicKeyRecord = {
      id: uniqueId('APKA', ctx.random),
      userId: owner.id,
      active: true,
      createdAt: ctx.now(),
      blob: checkedBlob(input.SSHPublicKeyBody),
    }
    await ctx.store.transaction(async (tx) => {
      await stillThere(tx, owner)
      const others = await credentialsOf(tx, kind, owner.id)
      if (others.some(({ blob }) => Buffer.from(blob).equals(key.blob)))
        throw fail(
          'DuplicateSSHPublicKeyException',
          'The SSH public key is already associated with the specified IAM user.',
        )
      if (others.length >= keysPerUser)
        throw fail(
          'LimitExceededException',
          `Cannot exceed quota for SSHPublicKeysPerUser: ${keysPerUser}`,
        )
      await tx.of(sshPublicKeys).create(key)
    })
    return { SSHPublicKey: shape(key, owner.name, input.SSHPublicKeyBody) }
  },
})

export const GetSSHPublicKey = operation('GetSSHPublicKey', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const { id, name } = ownerOf(input.UserName, target, ctx)
    const key = await ownCredential(ctx.store, kind, input.SSHPublicKeyId, id)
    const body = input.Encoding === 'PEM' ? asPem(key.blob) : asSsh(key.blob)
    return { SSHPublicKey: shape(key, name, body) }
  },
})

export const ListSSHPublicKeys = operation('ListSSHPublicKeys', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const { id, name } = ownerOf(input.UserName, target, ctx)
    const keys = await credentialsOf(ctx.store, kind, id)
    const { items, ...more } = await paged(keys, (key) => key.id, input, ctx, `ssh-keys/${id}`)
    return {
      SSHPublicKeys: items.map((key) => ({
        UserName: name,
        SSHPublicKeyId: key.id,
        Status: statusOf(key),
        UploadDate: key.createdAt,
      })),
      ...more,
    }
  },
})

export const UpdateSSHPublicKey = operation('UpdateSSHPublicKey', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    return setStatus(ctx, kind, owner, input.SSHPublicKeyId, input.Status)
  },
})

export const DeleteSSHPublicKey = operation('DeleteSSHPublicKey', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    return remove(ctx, kind, owner, input.SSHPublicKeyId)
  },
})
