import type { RecipientInfo } from '@aws-sdk/client-kms'
import { enveloped } from '../../../crypto/enveloped-data.ts'
import type { CallContext, ReadContext } from '../../../kernel/context.ts'
import { fail } from '../contract.ts'
import { type Attestation, AttestationRefused, verifiedAttestation } from './attestation.ts'

/** Whom an answer is encrypted for, as far as a request's Recipient could be believed. */
export interface Recipient {
  readonly attestation?: Attestation | undefined
  /** Why it is not believed; told only to callers who may do what they ask for. */
  readonly fault?: string | undefined
}

interface RecipientTarget {
  readonly recipient?: Recipient
  /** Condition keys. */
  readonly attested?: Readonly<Record<string, string | undefined>>
  readonly additional?: Readonly<Record<string, unknown>>
}

type Info = Pick<RecipientInfo, 'KeyEncryptionAlgorithm' | 'AttestationDocument'> | undefined

/**
 * What a request's Recipient adds to its decision: condition keys of a document that is believed, and
 * none of any other, so that policies which ask for them refuse.
 */
export function recipientTarget(info: Info, read: ReadContext): RecipientTarget {
  if (info === undefined) return {}
  const recipient = recipientOf(info, read)
  const { attestation } = recipient
  return {
    recipient,
    ...(attestation && {
      attested: conditionKeys(attestation),
      additional: { recipient: recorded(attestation) },
    }),
  }
}

function recipientOf(info: NonNullable<Info>, { ports, now }: ReadContext): Recipient {
  const { AttestationDocument: document, KeyEncryptionAlgorithm: algorithm } = info
  if (document === undefined) return { fault: 'AttestationDocument is missing' }
  if (algorithm === undefined) return { fault: 'KeyEncryptionAlgorithm is missing' }
  try {
    const roots = ports.trust.attestationRoots
    return { attestation: verifiedAttestation(document, roots, now()) }
  } catch (error) {
    if (!(error instanceof AttestationRefused)) throw error
    return { fault: `The attestation document is not valid: ${error.message}` }
  }
}

const imageDigest = 0

function conditionKeys({ kind, registers }: Attestation): Record<string, string | undefined> {
  const prefix = kind === 'tpm' ? 'NitroTPMPCR' : 'PCR'
  const keys: Record<string, string | undefined> = {}
  for (const [index, value] of registers) keys[`kms:RecipientAttestation:${prefix}${index}`] = value
  if (kind === 'enclave') keys['kms:RecipientAttestation:ImageSha384'] = registers.get(imageDigest)
  return keys
}

/** `additionalEventData.recipient` of a CloudTrail record. */
function recorded({ kind, moduleId, registers }: Attestation): Record<string, string> {
  const prefix = `attestationDocument${kind === 'tpm' ? 'NitroTPM' : 'Enclave'}`
  const told: Record<string, string> = { attestationDocumentModuleId: moduleId }
  for (const [index, value] of registers) {
    // Registers that nothing was measured into are left out.
    if (/^0*$/.test(value)) continue
    const isImage = kind === 'enclave' && index === imageDigest
    told[isImage ? `${prefix}ImageDigest` : `${prefix}PCR${index}`] = value
  }
  return told
}

/** Refuses a Recipient that is not believed. */
export function checkRecipient({
  recipient,
}: {
  readonly recipient?: Recipient | undefined
}): void {
  if (recipient?.fault !== undefined) throw fail('ValidationException', recipient.fault)
}

/**
 * A secret as it goes out: in clear under its own name, or as CMS EnvelopedData for the recipient.
 * @param secret one member, by its name in the output
 */
export function outgoing<Name extends string>(
  { recipient }: { readonly recipient?: Recipient | undefined },
  secret: Readonly<Record<Name, Uint8Array>>,
  { random }: Pick<CallContext, 'random'>,
): { readonly [K in Name]?: Uint8Array } & { readonly CiphertextForRecipient?: Uint8Array } {
  const attestation = recipient?.attestation
  if (attestation === undefined) return secret
  const [content] = Object.values<Uint8Array>(secret)
  const take = (length: number) => random.bytes(length)
  // biome-ignore lint/suspicious/noExplicitAny: the other member is absent, which a mapped type cannot say
  return { CiphertextForRecipient: enveloped(content!, attestation.publicKey, take) } as any
}
