import type { AccessRequest, Explanation } from '../kernel/authorization.ts'

const items = <T>(list: readonly T[]) => ({ items: list })

/**
 * What `sts:DecodeAuthorizationMessage` tells of a refusal, in AWS's form.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
 */
export function authorizationMessage(
  { principal, action, resource }: AccessRequest,
  { effect, layers, contextRead }: Explanation,
): Readonly<Record<string, unknown>> {
  const denials = layers
    .flatMap(({ statements }) => statements)
    .filter((statement) => statement.effect === 'Deny')
  return {
    allowed: effect === 'allowed',
    explicitDeny: effect === 'explicitDeny',
    matchedStatements: items(
      denials.map(({ sid }) => ({ statementId: sid ?? '', effect: 'DENY' })),
    ),
    failures: items([]),
    context: {
      principal: {
        id: principal.userId,
        ...('name' in principal && { name: principal.name }),
        arn: principal.arn,
      },
      action,
      resource: resource.arn,
      conditions: items(
        Object.entries(contextRead).map(([key, value]) => ({
          key,
          values: items([value].flat().map((one) => ({ value: one }))),
        })),
      ),
    },
  }
}
