/** A policy that AWS keeps for everybody; written from its documented purpose. */
export interface AwsManagedDocument {
  readonly name: string
  readonly path: string
  readonly description: string
  readonly statements: readonly object[]
}

export const allow = (...actions: string[]) => ({ Effect: 'Allow', Action: actions, Resource: '*' })

/** What a service offers to look at. */
export const reading = (...services: string[]): string[] =>
  services.flatMap((service) => [`${service}:Get*`, `${service}:List*`, `${service}:Describe*`])

/** Roles may be handed to these services, and to no others. */
export const passing = (...services: string[]) => ({
  ...allow('iam:PassRole'),
  Condition: { StringEquals: { 'iam:PassedToService': services.map((s) => `${s}.amazonaws.com`) } },
})

/** These services may get their service-linked roles. */
export const linking = (...services: string[]) => ({
  ...allow('iam:CreateServiceLinkedRole'),
  Condition: { StringEquals: { 'iam:AWSServiceName': services.map((s) => `${s}.amazonaws.com`) } },
})

type Statements = readonly (object | string)[]

/** Actions that stand alone are allowed on everything. */
function statementsOf(parts: Statements): object[] {
  const actions = parts.filter((part) => typeof part === 'string')
  const whole = parts.filter((part) => typeof part !== 'string')
  return actions.length > 0 ? [allow(...actions), ...whole] : whole
}

const kept =
  (path: string) =>
  (name: string, description: string, ...parts: Statements): AwsManagedDocument => ({
    name,
    path,
    description,
    statements: statementsOf(parts),
  })

/** A policy in the root path, `/service-role/`, `/job-function/` or `/aws-service-role/`. */
export const policy = kept('/')
export const serviceRole = kept('/service-role/')
export const jobFunction = kept('/job-function/')
export const serviceLinked = kept('/aws-service-role/')
