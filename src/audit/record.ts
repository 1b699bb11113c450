import type { Principal } from '../kernel/authorization.ts'
import type { Source } from '../kernel/context.ts'
import { identityJson, strangerJson } from './identity.ts'

/** What one call was, from the first byte to the answer. */
export interface CallRecord {
  readonly requestId: string
  readonly eventId: string
  /** Set when more than one account gets a record of the call. */
  readonly sharedEventId?: string | undefined
  /** Service time in milliseconds. */
  readonly time: number
  readonly eventSource: string
  readonly eventName: string
  /** `AwsConsoleSignIn`; an API call when there is none. */
  readonly eventType?: string | undefined
  readonly apiVersion?: string | undefined
  readonly region: string
  readonly account: string
  readonly principal: Principal
  /** The caller is of another account than the one that gets the record. */
  readonly foreign?: boolean | undefined
  readonly source: Source
  readonly host: string | undefined
  readonly readOnly: boolean
  readonly errorCode?: string | undefined
  readonly errorMessage?: string | undefined
  /** JSON texts, redacted already. */
  readonly requestParameters?: string | undefined
  readonly responseElements?: string | undefined
  readonly additional?: string | undefined
  readonly resources: readonly { readonly arn: string; readonly account: string }[]
}

/**
 * One CloudTrail record (eventVersion 1.11) as JSON text.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function cloudTrailJson(call: CallRecord): string {
  const text = JSON.stringify
  let out = `{"eventVersion":"1.11","userIdentity":${call.foreign ? strangerJson(call.principal) : identityOf(call)}`
  out += `,"eventTime":"${isoSeconds(call.time)}","eventSource":"${call.eventSource}"`
  out += `,"eventName":${text(call.eventName)},"awsRegion":${text(call.region)}`
  out += `,"sourceIPAddress":${text(call.source.invokedBy ?? call.source.ip)}`
  out += `,"userAgent":${text(cut(call.source.invokedBy ?? call.source.userAgent))}`
  if (call.errorCode !== undefined) out += `,"errorCode":${text(call.errorCode)}`
  if (call.errorMessage !== undefined && call.errorMessage !== '')
    out += `,"errorMessage":${text(cut(call.errorMessage))}`
  out += `,"requestParameters":${call.requestParameters ?? 'null'}`
  out += `,"responseElements":${call.responseElements ?? 'null'}`
  if (call.additional !== undefined) out += `,"additionalEventData":${call.additional}`
  out += `,"requestID":"${call.requestId}","eventID":"${call.eventId}","readOnly":${call.readOnly}`
  if (call.resources.length > 0) {
    const resources = call.resources.map(({ arn, account }) => {
      const type = resourceType(arn)
      return { accountId: account, ...(type !== undefined && { type }), ARN: arn }
    })
    out += `,"resources":${text(resources)}`
  }
  out += `,"eventType":"${call.eventType ?? 'AwsApiCall'}"`
  if (call.apiVersion !== undefined) out += `,"apiVersion":"${call.apiVersion}"`
  out += `,"managementEvent":true,"recipientAccountId":"${call.account}"`
  if (call.sharedEventId !== undefined) out += `,"sharedEventID":"${call.sharedEventId}"`
  const { endpoint } = call.source
  if (endpoint !== undefined) out += `,"vpcEndpointId":"${endpoint.id}"`
  if (endpoint?.account !== undefined) out += `,"vpcEndpointAccountId":"${endpoint.account}"`
  out += ',"eventCategory":"Management"'
  if (call.source.secure && call.source.invokedBy === undefined)
    out += `,"tlsDetails":{"clientProvidedHostHeader":${text(call.host ?? '')}}`
  return `${out}}`
}

/** A call that a service made for somebody says so. */
function identityOf({ principal, source }: CallRecord): string {
  const identity = identityJson(principal)
  if (source.invokedBy === undefined || principal.kind === 'service') return identity
  return `${identity.slice(0, -1)},"invokedBy":${JSON.stringify(source.invokedBy)}}`
}

const limit = 1_024

const cut = (value: string): string => (value.length > limit ? value.slice(0, limit) : value)

let lastSecond = -1
let lastText = ''

/** Calls of one second share the text. */
function isoSeconds(time: number): string {
  const second = Math.floor(time / 1_000)
  if (second !== lastSecond) {
    lastSecond = second
    lastText = new Date(second * 1_000).toISOString().replace('.000', '')
  }
  return lastText
}

const serviceNames: Readonly<Record<string, string>> = {
  iam: 'IAM',
  sts: 'STS',
  kms: 'KMS',
  s3: 'S3',
  'cognito-idp': 'Cognito',
  secretsmanager: 'SecretsManager',
}

const words: Readonly<Record<string, string>> = {
  user: 'User',
  role: 'Role',
  group: 'Group',
  policy: 'Policy',
  'instance-profile': 'InstanceProfile',
  'mfa-device': 'MFADevice',
  key: 'Key',
  alias: 'Alias',
  userpool: 'UserPool',
  secret: 'Secret',
}

/** `AWS::IAM::User` from an ARN; undefined for kinds that have no such name here. */
export function resourceType(arn: string): string | undefined {
  const [, , service = '', , , resource = ''] = arn.split(':')
  const word = words[resource.slice(0, Math.max(0, resource.search(/[/]|$/)))]
  const name = serviceNames[service]
  return name === undefined || word === undefined ? undefined : `AWS::${name}::${word}`
}
