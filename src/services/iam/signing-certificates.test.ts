import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { certificate } from '../../../test/certificates.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

test('a certificate is uploaded, told, made inactive and deleted', async () => {
  const UserName = 'ada'
  await account.iam('CreateUser', { UserName })
  const { pem: CertificateBody } = certificate('ada')
  const { Certificate } = await account.iam('UploadSigningCertificate', {
    UserName,
    CertificateBody,
  })
  const { CertificateId } = Certificate
  assert.match(CertificateId, /^\w{32}$/)
  assert.deepEqual([Certificate.Status, Certificate.CertificateBody], ['Active', CertificateBody])
  await account.iam('CreateUser', { UserName: 'other' })
  for (const name of [UserName, 'other'])
    await account.refuses(
      ['iam', 'UploadSigningCertificate', { UserName: name, CertificateBody }],
      'DuplicateCertificate',
      409,
      /same certificate/,
    )
  await account.iam('UpdateSigningCertificate', { UserName, CertificateId, Status: 'Inactive' })
  const { Certificates } = await account.iam('ListSigningCertificates', { UserName })
  assert.deepEqual(
    [Certificates.length, Certificates[0].Status, Certificates[0].CertificateBody],
    [1, 'Inactive', CertificateBody],
  )
  await account.refuses(
    ['iam', 'DeleteUser', { UserName }],
    'DeleteConflict',
    409,
    'Cannot delete entity, must delete certificates first.',
  )
  await account.refuses(
    ['iam', 'DeleteSigningCertificate', { UserName: 'other', CertificateId }],
    'NoSuchEntity',
    404,
    `The Certificate with id ${CertificateId} cannot be found.`,
  )
  await account.iam('DeleteSigningCertificate', { UserName, CertificateId })
  await account.iam('DeleteUser', { UserName })
})

test('two certificates are the limit, and each must be one in date', async () => {
  const UserName = 'many'
  await account.iam('CreateUser', { UserName })
  const upload = (CertificateBody: string) =>
    ['iam', 'UploadSigningCertificate', { UserName, CertificateBody }] as const
  const past = certificate('past', undefined, { from: new Date(0), to: new Date(1_000) })
  await account.refuses(upload(past.pem), 'InvalidCertificate', 400, /not valid/)
  const { pem } = certificate('broken')
  const parse = 'Unable to parse certificate. Please ensure the certificate is in PEM format.'
  for (const body of ['hello', `text\n${pem}`, pem + pem, pem.replace('MII', 'AII')])
    await account.refuses(upload(body), 'MalformedCertificate', 400, parse)
  for (const name of ['one', 'two'])
    await account.iam('UploadSigningCertificate', upload(certificate(name).pem)[2])
  await account.refuses(upload(certificate('three').pem), 'LimitExceeded', 409, /quota.*: 2$/)
})

test('the root user has certificates too', async () => {
  const summary = async () =>
    (await account.iam('GetAccountSummary')).SummaryMap.AccountSigningCertificatesPresent
  assert.equal(await summary(), 0)
  const { Certificate } = await account.iam('UploadSigningCertificate', {
    CertificateBody: certificate('root').pem,
  })
  assert.equal(await summary(), 1)
  const { CertificateId } = Certificate
  assert.equal((await account.iam('ListSigningCertificates')).Certificates.length, 1)
  await account.iam('DeleteSigningCertificate', { CertificateId })
  assert.equal(await summary(), 0)
})
