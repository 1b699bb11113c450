import { parseArn } from '../../../kernel/arn.ts'
import type { Principal } from '../../../kernel/authorization.ts'
import { fail } from '../contract.ts'

/** No session can have this name: what calls is some session of the role. */
const SOME_SESSION = '-'

/**
 * The user, role or group of an ARN as the one who calls; it need not exist.
 * @throws InvalidInput for whoever cannot be simulated: sessions, services, the root user.
 */
export function simulatedCaller(arn: string): Principal {
  const parts = parseArn(arn)
  const { account = '', resource = '', partition = 'aws' } = parts ?? {}
  const name = resource.slice(resource.lastIndexOf('/') + 1)
  const type = resource.slice(0, Math.max(resource.indexOf('/'), 0))
  if (parts?.service !== 'iam' || !/^\d{12}$/.test(account) || name === '')
    throw fail(
      'InvalidInputException',
      'Invalid caller - Caller must be an IAM user in this context.',
    )
  // A group never calls; its policies do what they would do for a member of whom nothing is known.
  if (type === 'user' || type === 'group')
    return { kind: 'user', account, arn, name: type === 'user' ? name : '', userId: '' }
  if (type === 'role')
    return {
      kind: 'role',
      account,
      arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${SOME_SESSION}`,
      userId: '',
      roleArn: arn,
      roleId: '',
      roleName: name,
      sessionName: SOME_SESSION,
      serviceLinked: resource.startsWith('role/aws-service-role/'),
    }
  throw fail(
    'InvalidInputException',
    'Invalid caller - Caller must be an IAM user in this context.',
  )
}

/** The caller of a simulation that names none: some user of the account. */
export const nobodyOf = (account: string): Principal => ({
  kind: 'user',
  account,
  arn: `arn:aws:iam::${account}:user/-`,
  name: '',
  userId: '',
})
