import { parseArn } from './arn.ts'
import type { ReadContext } from './context.ts'
import type { AssumableRole } from './principals.ts'
import type { Target } from './target.ts'

/**
 * The decision that a call needs which hands a role to a service: `iam:PassRole` on the role. List
 * it among the call's targets; the record is undefined when there is no such role. That the role
 * trusts the service is proven when the service assumes it (`ctx.call(..., { as: { role } })`).
 * @param to the service principal that will use the role (`lambda.amazonaws.com`)
 * @param associated ARN of the resource that the role is given to
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
export async function passedRole(
  role: string,
  to: string,
  read: Pick<ReadContext, 'principals'>,
  associated?: string,
): Promise<Target<AssumableRole | undefined>> {
  const record = await read.principals.role(role)
  return {
    action: 'iam:PassRole',
    resource: role,
    account: parseArn(role)?.account,
    record,
    tags: record?.tags,
    context: { 'iam:PassedToService': to, 'iam:AssociatedResourceArn': associated },
  }
}
