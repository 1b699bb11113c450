import { parseArn } from '../../../kernel/arn.ts'
import { fail } from '../contract.ts'

const instance = ['instance', 'image', 'security-group']
const inVpc = [...instance, 'network-interface']

/** Types of resources that each kind of EC2 simulation has to bring, by `ResourceHandlingOption`. */
const REQUIRED: ReadonlyMap<string, readonly string[]> = new Map([
  ['EC2-Classic-InstanceStore', instance],
  ['EC2-Classic-EBS', [...instance, 'volume']],
  ['EC2-VPC-InstanceStore', inVpc],
  ['EC2-VPC-InstanceStore-Subnet', [...inVpc, 'subnet']],
  ['EC2-VPC-EBS', [...inVpc, 'volume']],
  ['EC2-VPC-EBS-Subnet', [...inVpc, 'subnet', 'volume']],
])

/** @throws InvalidInput for an unknown option, and when a resource of its simulation is missing. */
export function checkResourceHandling(option: string | undefined, arns: readonly string[]): void {
  if (option === undefined) return
  const required = REQUIRED.get(option)
  if (required === undefined)
    throw fail('InvalidInputException', `Invalid Resource Handling Option: ${option}`)
  const types = new Set(
    arns.map(parseArn).map((arn) => (arn?.service === 'ec2' ? arn.resource.split('/')[0] : '')),
  )
  const missing = required.filter((type) => !types.has(type))
  if (missing.length === 0) return
  throw fail(
    'InvalidInputException',
    `The resource handling option ${option} requires resources of the types: ${missing.join(', ')}.`,
  )
}
