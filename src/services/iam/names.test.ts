import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAccount, policy, trusting } from '../../../test/account.ts'
import { certificate } from '../../../test/certificates.ts'

test('names of one kind differ by more than case, under whatever path', async () => {
  const account = await openAccount()
  const AssumeRolePolicyDocument = trusting('000000000000')
  const PolicyDocument = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
  const { pem, keyPem } = certificate('web')
  const kinds = [
    ['CreateUser', 'UserName', {}],
    ['CreateGroup', 'GroupName', {}],
    ['CreateRole', 'RoleName', { AssumeRolePolicyDocument }],
    ['CreatePolicy', 'PolicyName', { PolicyDocument }],
    ['CreateInstanceProfile', 'InstanceProfileName', {}],
    [
      'UploadServerCertificate',
      'ServerCertificateName',
      { CertificateBody: pem, PrivateKey: keyPem },
    ],
  ] as const
  try {
    for (const [operation, name, more] of kinds) {
      await account.iam(operation, { [name]: 'One.Name', ...more })
      for (const Path of ['/', '/elsewhere/'])
        await account.refuses(
          ['iam', operation, { [name]: 'one.NAME', Path, ...more }],
          'EntityAlreadyExists',
          409,
          /already exists/,
        )
    }
    assert.equal((await account.iam('ListUsers')).Users[0].UserName, 'One.Name')
  } finally {
    await account.close()
  }
})
