import type { HttpResponse } from '../../../kernel/http.ts'
import type { PageEvent, PageRequest } from '../../../kernel/page.ts'
import type { DomainRecord } from '../domain-records.ts'
import type { PoolRecord } from '../pool-records.ts'

interface Asked {
  readonly request: PageRequest
  readonly pool: Pick<PoolRecord, 'id'>
  readonly domain: DomainRecord
}

/** What the log calls the paths of a domain, where it is not the path itself. */
const names: Readonly<Record<string, string>> = {
  '/oauth2/authorize': 'OAuth2_Authorize',
  '/oauth2/token': 'Token',
  '/oauth2/userInfo': 'UserInfo',
  '/oauth2/revoke': 'OAuth2_Revoke',
  '/oauth2/register': 'OAuth2_Register',
  '/oauth2/idpresponse': 'OAuth2Response',
  '/saml2/idpresponse': 'SAML2Response',
  '/saml2/logout': 'SAML2Logout',
  '/confirmUser': 'Confirm',
  '/forgotPassword': 'ForgotPassword',
  '/confirmforgotPassword': 'ConfirmForgotPassword',
  '/resendcode': 'ResendCode',
}

/** Parameters whose values tell nothing about a person, and open nothing. */
const shown = new Set([
  'client_id',
  'code_challenge_method',
  'deliveryMedium',
  'grant_type',
  'identity_provider',
  'idp_identifier',
  'lang',
  'logout_uri',
  'prompt',
  'redirect_uri',
  'resource',
  'response_type',
  'scope',
])

const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS'
/** More than a page takes; the rest is not told. */
const most = { names: 40, characters: 512 }

/** `Login_GET`. */
function nameOf(path: string, method: string): string {
  const word = path.slice(1).replaceAll('/', '_')
  return `${names[path] ?? word.charAt(0).toUpperCase() + word.slice(1)}_${method}`
}

/** The record of a request to a domain, as CloudTrail has it: without what people type. */
export function pageEvent(
  { request, pool, domain }: Asked,
  path: string,
  method: string,
  { status }: Pick<HttpResponse, 'status'>,
): PageEvent {
  const { account, region } = domain
  const requestParameters: Record<string, readonly string[]> = {}
  for (const [name, value] of [...request.query, ...request.form].slice(0, most.names)) {
    const told = shown.has(name) ? value.slice(0, most.characters) : hidden
    requestParameters[name.slice(0, 64)] = [told]
  }
  return {
    eventName: nameOf(path, method),
    eventType: 'AwsServiceEvent',
    owner: { account, region },
    principal: { kind: 'anonymous', account, arn: '', userId: 'anonymous' },
    readOnly: method === 'GET',
    additional: {
      responseParameters: { status },
      requestParameters,
      userPoolDomain: domain.domain,
      userPoolId: pool.id,
    },
  }
}
