import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto'
import type { ReadContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { AlreadyExists, NotFound } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import type { Target } from '../../kernel/target.ts'
import { iamArn } from './arns.ts'
import { isInDate, readCertificate, readCertificates } from './certificates.ts'
import { fail, operation } from './contract.ts'
import { existing, pathTarget } from './holders.ts'
import { all, paged, under } from './listing.ts'
import { tagOperations } from './resource-tags.ts'
import { type ServerCertificateRecord, serverCertificates } from './server-certificate-records.ts'
import { newTags, tagContext } from './tag-rules.ts'

const perAccount = 20

async function certificateTarget(
  name: string,
  read: ReadContext,
): Promise<Target<ServerCertificateRecord | undefined>> {
  const record = await read.store.of(serverCertificates).findOne('name', name.toLowerCase())
  return { ...existing('server-certificate', record, name, read.account), record }
}

function foundCertificate(
  record: ServerCertificateRecord | undefined,
  name: string,
): ServerCertificateRecord {
  if (record === undefined)
    throw fail('NoSuchEntityException', `The Server Certificate with name ${name} cannot be found.`)
  return record
}

const metadata = (certificate: ServerCertificateRecord, account: string) => ({
  Path: certificate.path,
  ServerCertificateName: certificate.name,
  ServerCertificateId: certificate.id,
  Arn: iamArn(account, 'server-certificate', certificate.name, certificate.path),
  UploadDate: certificate.uploadedAt,
  Expiration: certificate.expiresAt,
})

const tagged = ({ tags }: ServerCertificateRecord) =>
  Object.keys(tags).length > 0 ? { Tags: tagsToList(tags) } : {}

function privateKeyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw fail(
      'MalformedCertificateException',
      'Unable to parse private key. Please ensure the private key is in PEM format and not encrypted.',
    )
  }
}

/** Each certificate of the chain must have signed the one before it, and be in date. */
function checkChain(leaf: X509Certificate, pem: string | undefined, now: Date): void {
  const chain = pem === undefined ? [] : readCertificates(pem)
  const invalid = (index: number) =>
    fail(
      'MalformedCertificateException',
      `Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: ${index}`,
    )
  if (chain === undefined || !isInDate(leaf, now)) throw invalid(-1)
  let signed = leaf
  for (const [index, issuer] of chain.entries()) {
    if (!signed.checkIssued(issuer) || !signed.verify(issuer.publicKey) || !isInDate(issuer, now))
      throw invalid(index - 1)
    signed = issuer
  }
}

export const UploadServerCertificate = operation('UploadServerCertificate', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const name = input.ServerCertificateName
      const resource = iamArn(read.account, 'server-certificate', name, input.Path)
      const upload = { resource, context: tagContext(input.Tags), record: undefined }
      return input.Tags?.length
        ? [upload, { ...upload, action: 'iam:TagServerCertificate' }]
        : [upload]
    },
  },
  async handle(input, ctx) {
    const now = ctx.now()
    const leaf = readCertificate(input.CertificateBody)
    if (!leaf.checkPrivateKey(privateKeyOf(input.PrivateKey)))
      throw fail(
        'KeyPairMismatchException',
        'The public key certificate and the private key do not match.',
      )
    checkChain(leaf, input.CertificateChain, now)
    const certificate: ServerCertificateRecord = {
      id: uniqueId('ASCA', ctx.random),
      name: input.ServerCertificateName,
      path: input.Path ?? '/',
      uploadedAt: now,
      expiresAt: leaf.validToDate,
      tags: newTags(input.Tags),
      body: input.CertificateBody.trim(),
      chain: input.CertificateChain?.trim(),
      privateKey: input.PrivateKey,
    }
    await ctx.store
      .transaction(async (tx) => {
        const { records } = await tx.of(serverCertificates).list({ limit: perAccount })
        if (records.length >= perAccount)
          throw fail(
            'LimitExceededException',
            `Cannot exceed quota for ServerCertificatesPerAccount: ${perAccount}`,
          )
        await tx.of(serverCertificates).create(certificate)
      })
      .catch(taken(certificate.name))
    return { ServerCertificateMetadata: metadata(certificate, ctx.account), ...tagged(certificate) }
  },
})

const taken =
  (name: string) =>
  (error: unknown): never => {
    if (!(error instanceof AlreadyExists)) throw error
    throw fail(
      'EntityAlreadyExistsException',
      `The Server Certificate with name ${name} already exists.`,
    )
  }

export const GetServerCertificate = operation('GetServerCertificate', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await certificateTarget(input.ServerCertificateName, read)],
  },
  handle(input, ctx, [target]) {
    const certificate = foundCertificate(target.record, input.ServerCertificateName)
    return {
      ServerCertificate: {
        ServerCertificateMetadata: metadata(certificate, ctx.account),
        CertificateBody: certificate.body,
        ...(certificate.chain !== undefined && { CertificateChain: certificate.chain }),
        ...tagged(certificate),
      },
    }
  },
})

export const ListServerCertificates = operation('ListServerCertificates', {
  access: {
    kind: 'iam',
    targets: (input, read) => [pathTarget('server-certificate', input.PathPrefix, read)],
  },
  async handle(input, ctx) {
    const records = (await all(ctx.store, serverCertificates)).filter(under(input.PathPrefix))
    const list = 'server-certificates'
    const { items, ...more } = await paged(records, ({ name }) => name, input, ctx, list)
    return {
      ServerCertificateMetadataList: items.map((item) => metadata(item, ctx.account)),
      ...more,
    }
  },
})

export const UpdateServerCertificate = operation('UpdateServerCertificate', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const old = await certificateTarget(input.ServerCertificateName, read)
      const { NewServerCertificateName: name, NewPath: path } = input
      if (name === undefined && path === undefined) return [old]
      const resource = iamArn(
        read.account,
        'server-certificate',
        name ?? input.ServerCertificateName,
        path ?? old.record?.path,
      )
      return [old, { ...old, resource }]
    },
  },
  async handle(input, ctx, [target]) {
    const { id, name: oldName } = foundCertificate(target.record, input.ServerCertificateName)
    const { NewServerCertificateName: name, NewPath: path } = input
    const next = { ...(name !== undefined && { name }), ...(path !== undefined && { path }) }
    await ctx.store
      .transaction((tx) => tx.of(serverCertificates).update([id], (old) => ({ ...old, ...next })))
      .catch((error: unknown) => {
        if (error instanceof NotFound) foundCertificate(undefined, oldName)
        taken(name ?? oldName)(error)
      })
    return {}
  },
})

export const DeleteServerCertificate = operation('DeleteServerCertificate', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await certificateTarget(input.ServerCertificateName, read)],
  },
  async handle(input, ctx, [target]) {
    const { id, name } = foundCertificate(target.record, input.ServerCertificateName)
    const gone = await ctx.store.transaction((tx) => tx.of(serverCertificates).delete([id]))
    if (!gone) foundCertificate(undefined, name)
    return {}
  },
})

const tags = tagOperations({
  collection: serverCertificates,
  target: (input: { readonly ServerCertificateName: string }, read) =>
    certificateTarget(input.ServerCertificateName, read),
  found: (record, input) => foundCertificate(record, input.ServerCertificateName),
})

export const TagServerCertificate = operation('TagServerCertificate', tags.tag)
export const UntagServerCertificate = operation('UntagServerCertificate', tags.untag)
export const ListServerCertificateTags = operation('ListServerCertificateTags', tags.list)
