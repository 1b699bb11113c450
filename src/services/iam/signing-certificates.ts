import { AlreadyExists } from '../../kernel/store.ts'
import { isInDate, readCertificate } from './certificates.ts'
import { fail, operation } from './contract.ts'
import { ownerOf, ownerTarget, stillThere } from './credential-owners.ts'
import { paged } from './listing.ts'
import { type SigningCertificateRecord, signingCertificates } from './user-credential-records.ts'
import {
  type CredentialKind,
  credentialsOf,
  remove,
  setStatus,
  statusOf,
} from './user-credentials.ts'

const certificatesPerUser = 2
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

const kind: CredentialKind<SigningCertificateRecord> = {
  collection: signingCertificates,
  missing: (id) => `The Certificate with id ${id} cannot be found.`,
}

const shape = (certificate: SigningCertificateRecord, name: string | undefined) => ({
  UserName: name,
  CertificateId: certificate.id,
  CertificateBody: certificate.body,
  Status: statusOf(certificate),
  UploadDate: certificate.createdAt,
})

export const UploadSigningCertificate = operation('UploadSigningCertificate', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    const read = readCertificate(input.CertificateBody)
    if (!isInDate(read, ctx.now()))
      throw fail('InvalidCertificateException', 'The certificate is not valid at this time.')
    const certificate: SigningCertificateRecord = {
      id: ctx.random.text(32, alphabet),
      userId: owner.id,
      active: true,
      createdAt: ctx.now(),
      body: input.CertificateBody,
      fingerprint: read.fingerprint256,
    }
    try {
      await ctx.store.transaction(async (tx) => {
        await stillThere(tx, owner)
        if ((await credentialsOf(tx, kind, owner.id)).length >= certificatesPerUser)
          throw fail(
            'LimitExceededException',
            `Cannot exceed quota for CertificatesPerUser: ${certificatesPerUser}`,
          )
        await tx.of(signingCertificates).create(certificate)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail(
        'DuplicateCertificateException',
        'The same certificate is associated with an IAM user in the account.',
      )
    }
    return { Certificate: shape(certificate, owner.name) }
  },
})

export const ListSigningCertificates = operation('ListSigningCertificates', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const { id, name } = ownerOf(input.UserName, target, ctx)
    const own = await credentialsOf(ctx.store, kind, id)
    const { items, ...more } = await paged(own, (one) => one.id, input, ctx, `signing/${id}`)
    return { Certificates: items.map((one) => shape(one, name)), ...more }
  },
})

export const UpdateSigningCertificate = operation('UpdateSigningCertificate', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    return setStatus(ctx, kind, owner, input.CertificateId, input.Status)
  },
})

export const DeleteSigningCertificate = operation('DeleteSigningCertificate', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    return remove(ctx, kind, owner, input.CertificateId)
  },
})
