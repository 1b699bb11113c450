import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { asSsh, readPublicKey } from '../../crypto/ssh-keys.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

function rsa(modulusLength = 2_048): { pem: string; ssh: string } {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const key = readPublicKey(pem)
  assert.ok(typeof key !== 'string')
  return { pem, ssh: asSsh(key.blob) }
}

test('a key is uploaded in one form and told in both', async () => {
  const UserName = 'ada'
  await account.iam('CreateUser', { UserName })
  const { pem, ssh } = rsa()
  const SSHPublicKeyBody = `${ssh} ada@home`
  const { SSHPublicKey } = await account.iam('UploadSSHPublicKey', { UserName, SSHPublicKeyBody })
  const { SSHPublicKeyId } = SSHPublicKey
  assert.match(SSHPublicKeyId, /^APKA[A-Z2-7]{17}$/)
  assert.match(SSHPublicKey.Fingerprint, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
  assert.deepEqual(
    [SSHPublicKey.Status, SSHPublicKey.SSHPublicKeyBody],
    ['Active', SSHPublicKeyBody],
  )
  const told = async (Encoding: string) =>
    (await account.iam('GetSSHPublicKey', { UserName, SSHPublicKeyId, Encoding })).SSHPublicKey
      .SSHPublicKeyBody
  assert.equal(await told('SSH'), ssh)
  assert.equal(await told('PEM'), pem)
  for (const body of [pem, ssh])
    await account.refuses(
      ['iam', 'UploadSSHPublicKey', { UserName, SSHPublicKeyBody: body }],
      'DuplicateSSHPublicKey',
      400,
      /already associated/,
    )
  await account.iam('UpdateSSHPublicKey', { UserName, SSHPublicKeyId, Status: 'Inactive' })
  const { SSHPublicKeys } = await account.iam('ListSSHPublicKeys', { UserName })
  assert.deepEqual(
    SSHPublicKeys.map((key: { Status: string; SSHPublicKeyId: string }) => [
      key.SSHPublicKeyId,
      key.Status,
    ]),
    [[SSHPublicKeyId, 'Inactive']],
  )
  await account.refuses(
    ['iam', 'UpdateSSHPublicKey', { UserName, SSHPublicKeyId, Status: 'Expired' }],
    'InvalidInput',
    400,
    /Expired/,
  )
  await account.refuses(
    ['iam', 'DeleteUser', { UserName }],
    'DeleteConflict',
    409,
    'Cannot delete entity, must remove referenced objects first.',
  )
  await account.iam('UpdateUser', { UserName, NewUserName: 'lovelace' })
  await account.iam('CreateUser', { UserName })
  for (const operation of ['GetSSHPublicKey', 'DeleteSSHPublicKey'])
    await account.refuses(
      ['iam', operation, { UserName, SSHPublicKeyId, Encoding: 'SSH' }],
      'NoSuchEntity',
      404,
      `The Public Key with id ${SSHPublicKeyId} cannot be found.`,
    )
  await account.iam('DeleteSSHPublicKey', { UserName: 'lovelace', SSHPublicKeyId })
  await account.iam('DeleteUser', { UserName: 'lovelace' })
})

test('only RSA keys of 2,048 bits and more are taken, five of them', async () => {
  const UserName = 'many'
  await account.iam('CreateUser', { UserName })
  const upload = (SSHPublicKeyBody: string) =>
    ['iam', 'UploadSSHPublicKey', { UserName, SSHPublicKeyBody }] as const
  await account.refuses(upload(rsa(1_024).ssh), 'InvalidPublicKey', 400, /invalid/)
  const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS'
  await account.refuses(upload(ed25519), 'InvalidPublicKey', 400, /invalid/)
  await account.refuses(upload('hello'), 'UnrecognizedPublicKeyEncoding', 400, /encoding/)
  for (let i = 0; i < 5; i++) await account.iam('UploadSSHPublicKey', upload(rsa().ssh)[2])
  await account.refuses(
    upload(rsa().ssh),
    'LimitExceeded',
    409,
    'Cannot exceed quota for SSHPublicKeysPerUser: 5',
  )
})
