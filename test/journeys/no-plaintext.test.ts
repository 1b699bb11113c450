import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CreateAnalyzerCommand, ListFindingsCommand } from '@aws-sdk/client-accessanalyzer'
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  PutUserPolicyCommand,
  UploadServerCertificateCommand,
} from '@aws-sdk/client-iam'
import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  InviteAccountToOrganizationCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations'
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { trusting } from '../account.ts'
import { certificate } from '../certificates.ts'
import { install } from '../installation.ts'

test('nothing personal or secret stands in the files of the store', async () => {
  const house = await install('--store', 'sqlite')
  const email = 'grace.canary@example.com'
  const { iam } = house.as()
  const Tags = [{ Key: 'phone', Value: 'canary-555-0199' }]
  await iam.send(new CreateUserCommand({ UserName: email, Path: '/canary-path/', Tags }))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Sid: 'CanarySid', Effect: 'Allow', Action: 'iam:*', Resource: '*' },
  })
  const PolicyName = 'canary-policy'
  await iam.send(new PutUserPolicyCommand({ UserName: email, PolicyName, PolicyDocument }))
  const Password = 'Canary-Password-1'
  await iam.send(new CreateLoginProfileCommand({ UserName: email, Password }))
  const { VirtualMFADevice } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'canary-device' }),
  )
  const ServiceName = 'codecommit.amazonaws.com'
  const { ServiceSpecificCredential } = await iam.send(
    new CreateServiceSpecificCredentialCommand({ UserName: email, ServiceName }),
  )
  const { pem, keyPem } = certificate('canary-certificate')
  await iam.send(
    new UploadServerCertificateCommand({
      ServerCertificateName: 'canary-certificate',
      CertificateBody: pem,
      PrivateKey: keyPem,
    }),
  )
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: email }))
  const secret = AccessKey!.SecretAccessKey!
  const grace = house.as({ accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: secret })
  const { Credentials } = await grace.sts.send(new GetSessionTokenCommand({}))
  const RoleArn = 'arn:aws:iam::000000000000:role/nowhere'
  const RoleSessionName = 'canary-session'
  await assert.rejects(grace.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName })))

  const { organizations } = house.as()
  await organizations.send(new CreateOrganizationCommand({}))
  await organizations.send(
    new CreateAccountCommand({ Email: 'member@example.com', AccountName: 'Canary account' }),
  )
  const { Roots } = await organizations.send(new ListRootsCommand({}))
  await organizations.send(
    new CreateOrganizationalUnitCommand({ ParentId: Roots![0]!.Id!, Name: 'canary-unit' }),
  )
  await organizations.send(
    new InviteAccountToOrganizationCommand({
      Target: { Type: 'EMAIL', Id: 'guest@example.com' },
      Notes: 'canary-notes',
    }),
  )

  const { accessanalyzer } = house.as()
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'canary-role',
      AssumeRolePolicyDocument: trusting('arn:aws:iam::111122223333:root'),
    }),
  )
  const analyzed = await accessanalyzer.send(
    new CreateAnalyzerCommand({
      analyzerName: 'canary-analyzer',
      type: 'ACCOUNT',
      tags: { canary: 'x' },
      archiveRules: [{ ruleName: 'canary-rule', filter: { resource: { eq: ['canary'] } } }],
    }),
  )
  const { findings } = await accessanalyzer.send(
    new ListFindingsCommand({ analyzerArn: analyzed.arn }),
  )
  assert.equal(findings!.length, 1)

  const canaries = [
    'canary',
    'Canary',
    'grace',
    'example.com',
    secret,
    'argon2id',
    'BEGIN CERTIFICATE',
    'PRIVATE KEY',
    new TextDecoder().decode(VirtualMFADevice!.Base32StringSeed),
    ServiceSpecificCredential!.ServicePassword!,
    house.admin.secretAccessKey,
    Credentials!.SecretAccessKey!,
    Credentials!.SessionToken!.slice(8, 60),
  ]
  const search = () => {
    let bytes = 0
    for (const name of readdirSync(house.data)) {
      // The administrator's own copy of the first key, and what opens the store.
      if (name === 'credentials' || name === 'unseal.key') continue
      const file = join(house.data, name)
      if (!statSync(file).isFile()) continue
      const content = readFileSync(file)
      bytes += content.length
      for (const canary of canaries)
        assert.equal(content.indexOf(canary), -1, `${canary} stands in ${name}`)
    }
    return bytes
  }
  assert.ok(search() > 10_000, 'there was something to search')
  await house.close()
  search()
})
