import {
  AwsJson1_1Protocol,
  AwsQueryProtocol,
  AwsSmithyRpcV2CborProtocol,
} from '@aws-sdk/core/protocols'
import { type ClientProtocol, Pair } from './clients.ts'
import type { Losses } from './normal-form.ts'

/** A client to be tested against, loaded when its test runs. */
export interface Subject {
  readonly title: string
  readonly load: () => Promise<Pair>
}

const as =
  (Protocol: new (settings: never) => unknown, extra: object = {}) =>
  (settings: never) =>
    new Protocol({ ...(settings as object), ...extra } as never) as ClientProtocol

const SQS_NAMESPACE = { xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/' }

const subject = (
  name: string,
  contract: () => Promise<object>,
  form = '',
  other?: (settings: never) => ClientProtocol,
): Subject => ({
  title: form === '' ? name : `${name} as ${form}`,
  load: async () => new Pair(name, await contract(), other),
})

const cloudwatch = () => import('@aws-sdk/client-cloudwatch')
const sqs = () => import('@aws-sdk/client-sqs')
const sts = () => import('@aws-sdk/client-sts')
const kms = () => import('@aws-sdk/client-kms')

/** Every client, and the forms in which older and newer clients of the same service speak. */
export const subjects: readonly Subject[] = [
  subject('sts', sts),
  subject('iam', () => import('@aws-sdk/client-iam')),
  subject('kms', kms),
  subject('kms', kms, 'rpcv2Cbor', as(AwsSmithyRpcV2CborProtocol)),
  subject('cloudtrail', () => import('@aws-sdk/client-cloudtrail')),
  subject('cognito-idp', () => import('@aws-sdk/client-cognito-identity-provider')),
  subject('cognito-identity', () => import('@aws-sdk/client-cognito-identity')),
  subject('cognito-sync', () => import('@aws-sdk/client-cognito-sync')),
  subject('s3', () => import('@aws-sdk/client-s3')),
  subject('ec2', () => import('@aws-sdk/client-ec2')),
  subject('route53', () => import('@aws-sdk/client-route-53')),
  subject('cloudwatch', cloudwatch),
  subject('cloudwatch', cloudwatch, 'awsQuery', as(AwsQueryProtocol)),
  subject('cloudwatch', cloudwatch, 'rpcv2Cbor', as(AwsSmithyRpcV2CborProtocol)),
  subject('sqs', sqs),
  subject('sqs', sqs, 'awsQuery', as(AwsQueryProtocol, SQS_NAMESPACE)),
  subject('sqs', sqs, 'awsJson1_1', as(AwsJson1_1Protocol)),
]

const JSON_LOSSES: Losses = {
  timestamps: 'epoch-seconds',
  emptyLists: 'never',
  emptyMaps: 'never',
  emptyStructures: false,
}
const XML_LOSSES: Losses = {
  timestamps: 'date-time',
  emptyLists: 'flat',
  emptyMaps: 'flat',
  emptyStructures: false,
}

/** What each protocol cannot carry, by direction. */
export const losses: Readonly<
  Record<string, { readonly request: Losses; readonly response: Losses }>
> = {
  awsJson1_0: { request: JSON_LOSSES, response: JSON_LOSSES },
  awsJson1_1: { request: JSON_LOSSES, response: JSON_LOSSES },
  rpcv2Cbor: { request: JSON_LOSSES, response: JSON_LOSSES },
  restJson1: {
    request: { ...JSON_LOSSES, emptyLists: 'flat' },
    response: { ...JSON_LOSSES, emptyLists: 'flat' },
  },
  awsQuery: {
    request: { ...XML_LOSSES, emptyLists: 'never', emptyMaps: 'always', emptyStructures: true },
    response: XML_LOSSES,
  },
  ec2Query: {
    request: { ...XML_LOSSES, emptyLists: 'always', emptyMaps: 'always', emptyStructures: true },
    response: XML_LOSSES,
  },
  restXml: { request: XML_LOSSES, response: XML_LOSSES },
}
