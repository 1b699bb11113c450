/** Rules for the entries of Resource and NotResource. */

const PARTITIONS: ReadonlySet<string> = new Set([
  '*',
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
  'aws-eusc',
])

const IAM_TYPES = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
]

/** Types that are newer than AWS's sentence about types. */
const NEWER_IAM_TYPES = ['delegation-request/', 'role-template/']

/** Services whose resources have no Region. */
const REGIONLESS: ReadonlyMap<string, (entry: string) => string> = new Map([
  ['iam', (entry: string) => `IAM resource ${entry} cannot contain region information.`],
  ['s3', (entry: string) => `Resource ${entry} can not contain region information.`],
])

function padded(entry: string): string {
  const parts = entry.split(':')
  const missing = Math.max(0, 6 - parts.length)
  return [...parts, ...new Array<string>(missing).fill('*')]
    .map((part, index) => (part === '' && index > 2 && index >= 6 - missing ? '*' : part))
    .join(':')
}

/** Whether AWS's older parser stumbles: too few parts with an empty one, or no service. */
export function failsLegacyParsing(entry: string): boolean {
  if (entry === '*' || !entry.startsWith('arn:')) return false
  const parts = entry.split(':')
  return (parts.length < 6 && entry.includes('::')) || parts[2] === ''
}

/** AWS's sentence for a bad entry; undefined when it is sound. */
export function resourceFault(entry: string): string | undefined {
  if (entry === '*') return undefined
  const [scheme, partition, service, region, , ...resource] = entry.split(':')
  if (scheme !== 'arn' || partition === undefined) {
    return `Resource ${entry} must be in ARN format or "*".`
  }
  if (!PARTITIONS.has(partition)) {
    return `Partition "${partition}" is not valid for resource "${padded(entry)}".`
  }
  if (service === undefined || /[*?]/.test(service)) {
    return 'Resource vendor must be fully qualified and cannot contain regexes.'
  }
  const regionless = REGIONLESS.get(service)
  if (
    regionless !== undefined &&
    region !== undefined &&
    region !== '' &&
    !region.startsWith('*')
  ) {
    return regionless(entry)
  }
  if (service === 'iam' && resource.length > 0) return iamFault(resource.join(':'))
  return undefined
}

function iamFault(resource: string): string | undefined {
  if (resource.startsWith('*') || resource === 'root' || resource.startsWith('${')) return undefined
  const types = [...IAM_TYPES, ...NEWER_IAM_TYPES]
  if (types.some((type) => resource.startsWith(type))) return undefined
  return `IAM resource path must either be "*" or start with ${IAM_TYPES.join(', ')}.`
}
