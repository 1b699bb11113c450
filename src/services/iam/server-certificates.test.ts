import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { type Account, openAccount } from '../../../test/account.ts'
import { certificate, type TestCertificate } from '../../../test/certificates.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

const root = certificate('root')
const middle = certificate('middle', root)
const leaf = certificate('www.example.com', middle)

const upload = (ServerCertificateName: string, one: TestCertificate, more: object = {}) =>
  [
    'iam',
    'UploadServerCertificate',
    { ServerCertificateName, CertificateBody: one.pem, PrivateKey: one.keyPem, ...more },
  ] as const

const named = (ServerCertificateName: string) => ({ ServerCertificateName })

test('a certificate is uploaded, told, moved, tagged and deleted; its key is not told', async () => {
  const CertificateChain = middle.pem + root.pem
  const Tags = [{ Key: 'team', Value: 'web' }]
  const made = await account.iam(
    'UploadServerCertificate',
    upload('www', leaf, { Path: '/cloudfront/', CertificateChain, Tags })[2],
  )
  const { ServerCertificateMetadata: metadata } = made
  assert.deepEqual(made.Tags, Tags)
  assert.match(metadata.ServerCertificateId, /^ASCA[A-Z2-7]{17}$/)
  const arn = 'arn:aws:iam::000000000000:server-certificate/cloudfront/www'
  assert.equal(metadata.Arn, arn)
  const { ServerCertificate } = await account.iam('GetServerCertificate', named('WWW'))
  assert.deepEqual(ServerCertificate, {
    ServerCertificateMetadata: metadata,
    CertificateBody: leaf.pem.trim(),
    CertificateChain: CertificateChain.trim(),
    Tags,
  })
  for (const name of ['www', 'WwW'])
    await account.refuses(
      upload(name, leaf),
      'EntityAlreadyExists',
      409,
      `The Server Certificate with name ${name} already exists.`,
    )
  await account.iam('UploadServerCertificate', upload('self-signed', root)[2])
  const list = async (input: object = {}) =>
    (await account.iam('ListServerCertificates', input)).ServerCertificateMetadataList.map(
      ({ ServerCertificateName }: { ServerCertificateName: string }) => ServerCertificateName,
    )
  assert.deepEqual(await list(), ['self-signed', 'www'])
  assert.deepEqual(await list({ PathPrefix: '/cloudfront/' }), ['www'])
  assert.equal((await account.iam('GetAccountSummary')).SummaryMap.ServerCertificates, 2)
  await account.refuses(
    [
      'iam',
      'UpdateServerCertificate',
      { ...named('www'), NewServerCertificateName: 'Self-Signed' },
    ],
    'EntityAlreadyExists',
    409,
    'The Server Certificate with name Self-Signed already exists.',
  )
  const move = { NewServerCertificateName: 'web', NewPath: '/' }
  await account.iam('UpdateServerCertificate', { ...named('www'), ...move })
  await account.iam('TagServerCertificate', { ...named('web'), Tags: [{ Key: 'a', Value: '1' }] })
  await account.iam('UntagServerCertificate', { ...named('web'), TagKeys: ['team'] })
  const { Tags: left } = await account.iam('ListServerCertificateTags', named('web'))
  assert.deepEqual(left, [{ Key: 'a', Value: '1' }])
  await account.iam('DeleteServerCertificate', named('web'))
  for (const operation of ['GetServerCertificate', 'DeleteServerCertificate'])
    await account.refuses(
      ['iam', operation, named('web')],
      'NoSuchEntity',
      404,
      'The Server Certificate with name web cannot be found.',
    )
  await account.iam('DeleteServerCertificate', named('self-signed'))
})

test('certificate, key and chain must belong together and be in date', async () => {
  const parse = 'Unable to parse certificate. Please ensure the certificate is in PEM format.'
  const malformed = (call: ReturnType<typeof upload>, message: string | RegExp) =>
    account.refuses(call, 'MalformedCertificate', 400, message)
  await malformed(upload('x', { ...leaf, pem: 'hello' }), parse)
  await malformed(upload('x', { ...leaf, pem: leaf.pem + root.pem }), parse)
  await malformed(upload('x', { ...leaf, keyPem: 'hello' }), /private key/)
  const encrypted = createPrivateKey(leaf.keyPem)
    .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-128-cbc', passphrase: 'secret' })
    .toString()
  await malformed(upload('x', { ...leaf, keyPem: encrypted }), /private key/)
  await account.refuses(
    upload('x', { ...leaf, keyPem: root.keyPem }),
    'KeyPairMismatch',
    400,
    /do not match/,
  )
  for (const CertificateChain of [
    root.pem,
    root.pem + middle.pem,
    'hello',
    certificate('middle').pem,
  ])
    await malformed(
      upload('x', leaf, { CertificateChain }),
      /^Unable to validate certificate chain\. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order\. The index within the chain of the invalid certificate is: -1$/,
    )
  const day = 86_400_000
  for (const from of [Date.now() + day, Date.now() - 2 * day]) {
    const dates = { from: new Date(from), to: new Date(from + day) }
    await malformed(upload('x', certificate('late', undefined, dates)), /certificate chain/)
  }
  assert.deepEqual((await account.iam('ListServerCertificates')).ServerCertificateMetadataList, [])
})

test('twenty certificates are an account’s limit', async () => {
  for (let i = 0; i < 20; i++)
    await account.iam('UploadServerCertificate', upload(`many-${i}`, leaf)[2])
  await account.refuses(
    upload('many-20', leaf),
    'LimitExceeded',
    409,
    'Cannot exceed quota for ServerCertificatesPerAccount: 20',
  )
})

test('no private key reaches the event log', async () => {
  const { cloudtrail } = account.house.as()
  const { Events = [] } = await cloudtrail.send(new LookupEventsCommand({ MaxResults: 50 }))
  const text = Events.map((event) => event.CloudTrailEvent).join('\n')
  assert.match(text, /"serverCertificateName":"many-19"/)
  assert.doesNotMatch(text, /PRIVATE KEY/)
})
