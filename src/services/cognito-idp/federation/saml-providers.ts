import { remembered } from '../../../crypto/remote-documents.ts'
import { readMetadata, type SamlMetadata } from '../../../crypto/saml/metadata.ts'
import { XmlRefused } from '../../../crypto/saml/xml.ts'
import type { CallContext } from '../../../kernel/context.ts'
import { EgressFailed } from '../../../kernel/ports.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { FederationRefused } from './refusals.ts'

/** How long metadata of a URL are believed; milliseconds. */
const believed = 6 * 3_600_000

/** What a pool is called among SAML providers. */
export const entityOf = ({ id }: { readonly id: string }): string => `urn:amazon:cognito:sp:${id}`

/** Where providers send their responses. */
export const acsUrl = ({ url }: Pick<Hosted, 'url'>): string => `${url}/saml2/idpresponse`

/** What a provider says of itself by now. */
export async function metadataOf(
  { details, name }: IdentityProviderRecord,
  ctx: CallContext,
): Promise<SamlMetadata> {
  const { MetadataFile: file, MetadataURL: address = '' } = details
  if (file !== undefined) return readMetadata(file)
  const { egress } = ctx.ports
  const load = async () => {
    const { status, body } = await egress.get(new URL(address))
    if (status !== 200) throw new EgressFailed(`${address} answered ${status}`)
    return readMetadata(body)
  }
  try {
    return await remembered(egress, `metadata ${address}`, load).current(
      ctx.now().getTime(),
      believed,
    ).value
  } catch (cause) {
    if (!(cause instanceof EgressFailed) && !(cause instanceof XmlRefused)) throw cause
    throw new FederationRefused(`The metadata of ${name} cannot be read`, 'invalid_request', {
      cause,
    })
  }
}
