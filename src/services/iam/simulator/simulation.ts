import type { EvaluationResult, ResourceSpecificResult } from '@aws-sdk/client-iam'
import { type ActionCatalogue, actionCatalogue } from '../../../access/actions.ts'
import { explain } from '../../../access/explain.ts'
import { suppose } from '../../../access/suppositions.ts'
import type {
  AccessRequest,
  Effect,
  Explanation,
  LayerName,
  Layers,
  Policy,
  Principal,
} from '../../../kernel/authorization.ts'
import { fail } from '../contract.ts'
import { matchedStatements } from './matched-statements.ts'
import { EVERYTHING, templateOf } from './simulated-resources.ts'

/** Everything that a simulation decides with. */
export interface Simulation {
  readonly principal: Principal
  readonly layers: Layers
  readonly resources: readonly string[]
  readonly resourcePolicy: Policy | undefined
  /** Owner of resources whose ARN names none. */
  readonly owner: string
  /** Whether the owner was given, or follows from a resource policy: both sides must then allow. */
  readonly twoSided: boolean
  readonly context: AccessRequest['context']
  /** Condition keys that the simulated principal tells, besides the given entries. */
  readonly follows: (key: string) => boolean
}

/** One decision of a simulation with the explanation that the answer is made of. */
interface Outcome {
  readonly resource: string
  readonly crossAccount: boolean
  readonly explanation: Explanation
  readonly missing: readonly string[]
}

const ROLE = /^arn:[^:]*:iam::\d*:role\//
const KEY = /^arn:[^:]*:kms:[^:]*:[^:]*:key\//

function requestOf(simulation: Simulation, action: string, arn: string): AccessRequest {
  const { principal, layers, context, follows, owner } = simulation
  // Role trust policies cannot be simulated: AWS reads and then ignores them.
  const policy = ROLE.test(arn) ? undefined : simulation.resourcePolicy
  const named = arn.split(':', 5)[4] || owner
  const account = simulation.twoSided ? named : principal.account
  const policyMode = policy !== undefined && KEY.test(arn) ? 'required' : 'standard'
  const resource = { arn, account, policy, policyMode } as const
  return suppose({ principal, layers, action, resource, context, now: Number.NaN }, follows)
}

function outcomeOf(simulation: Simulation, action: string, resource: string): Outcome {
  const request = requestOf(simulation, action, resource)
  const explanation = explain(request)
  // Keys that only SCPs ask for are nobody's business here.
  const { serviceControl: _, ...layers } = request.layers
  const { missingKeys } = explain({ ...request, layers })
  const crossAccount = request.resource.account !== request.principal.account
  return { resource, crossAccount, explanation, missing: missingKeys }
}

const effectOf = ({ layers }: Explanation, layer: LayerName) =>
  layers.find((outcome) => outcome.layer === layer)?.effect

function detailsOf({ explanation }: Outcome): Record<string, Effect> {
  const details: Record<string, Effect> = {}
  for (const [name, layer] of [
    ['IAM Policy', 'identity-based policy'],
    ['Resource Policy', 'resource-based policy'],
    ['Permissions Boundary Policy', 'permissions boundary'],
  ] as const) {
    const effect = effectOf(explanation, layer)
    // A resource without a policy allows nobody from elsewhere.
    const silent = layer === 'resource-based policy' ? 'implicitDeny' : undefined
    const told = effect === 'notApplicable' ? silent : effect
    if (told !== undefined) details[name] = told
  }
  return details
}

const RANKS: Readonly<Record<Effect, number>> = { allowed: 0, implicitDeny: 1, explicitDeny: 2 }

/** The more restrictive of two answers. */
const stricter = (a: Effect, b: Effect): Effect => (RANKS[a] >= RANKS[b] ? a : b)

function strictestDetails(outcomes: readonly Outcome[]): Record<string, Effect> {
  const details: Record<string, Effect> = {}
  for (const outcome of outcomes.filter(({ crossAccount }) => crossAccount)) {
    for (const [name, effect] of Object.entries(detailsOf(outcome))) {
      details[name] = stricter(details[name] ?? 'allowed', effect)
    }
  }
  return details
}

const boundaryDetail = (simulation: Simulation, outcomes: readonly Outcome[]) =>
  simulation.layers.boundary && {
    PermissionsBoundaryDecisionDetail: {
      AllowedByPermissionsBoundary: outcomes.every(
        ({ explanation }) => effectOf(explanation, 'permissions boundary') === 'allowed',
      ),
    },
  }

function policiesOf({ layers, resourcePolicy }: Simulation): readonly Policy[] {
  return [...layers.identity, ...(resourcePolicy === undefined ? [] : [resourcePolicy])]
}

function resourceResult(simulation: Simulation, outcome: Outcome): ResourceSpecificResult {
  const { resource, explanation, crossAccount, missing } = outcome
  return {
    EvalResourceName: resource,
    EvalResourceDecision: explanation.effect,
    MatchedStatements: matchedStatements(explanation, policiesOf(simulation)),
    MissingContextValues: [...missing],
    ...(crossAccount && { EvalDecisionDetails: detailsOf(outcome) }),
    ...boundaryDetail(simulation, [outcome]),
  }
}

/** Equal parts of several answers, each once. */
function union<T>(lists: readonly (readonly T[] | undefined)[]): T[] {
  const seen = new Map<string, T>()
  for (const item of lists.flatMap((list) => list ?? [])) seen.set(JSON.stringify(item), item)
  return [...seen.values()]
}

function evaluate(
  simulation: Simulation,
  action: string,
  catalogue: ActionCatalogue,
): EvaluationResult {
  const { resources } = simulation
  const outcomes = resources.map((resource) => outcomeOf(simulation, action, resource))
  const decision = outcomes.map(({ explanation }) => explanation.effect).reduce(stricter)
  const results = outcomes.map((outcome) => resourceResult(simulation, outcome))
  const deciding = results.filter((result) => result.EvalResourceDecision === decision)
  const specific = resources.some((resource) => resource !== EVERYTHING)
  const organization = outcomes.map(({ explanation }) =>
    effectOf(explanation, 'service control policy'),
  )
  const organized = organization.some((effect) => effect !== 'notApplicable')
  const stopped = organization.some((effect) => effect?.endsWith('Deny') === true)
  return {
    EvalActionName: action,
    EvalResourceName: templateOf(catalogue, action, resources),
    EvalDecision: decision,
    MatchedStatements: union(deciding.map(({ MatchedStatements }) => MatchedStatements)),
    MissingContextValues: union(results.map(({ MissingContextValues }) => MissingContextValues)),
    ...(organized && { OrganizationsDecisionDetail: { AllowedByOrganizations: !stopped } }),
    ...boundaryDetail(simulation, outcomes),
    ...(specific && !stopped && { EvalDecisionDetails: strictestDetails(outcomes) }),
    ...(specific && { ResourceSpecificResults: results }),
  }
}

/** `vendor:Name`; simulations take no wildcards. */
const ACTION = /^[A-Za-z0-9.-]+:[A-Za-z0-9]+$/

/** @throws InvalidInput for a name that is no action. */
export function checkActions(actions: readonly string[]): void {
  const bad = actions.find((action) => !ACTION.test(action))
  if (bad !== undefined) throw fail('InvalidInputException', `Invalid Action Name: ${bad}`)
}

/** Simulates each action on all resources. */
export async function simulate(
  simulation: Simulation,
  actions: readonly string[],
): Promise<EvaluationResult[]> {
  const catalogue = await actionCatalogue()
  return actions.map((action) => evaluate(simulation, action, catalogue))
}
