import { explain } from '../../access/explain.ts'
import { remedies } from '../../access/remedies.ts'
import type { AccessRequest, Layers, Policy } from '../../kernel/authorization.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { authorizationMessage } from '../authorization-message.ts'
import type { DecisionRecord, PolicyName } from '../decision-record.ts'
import type { AdministrationTask } from './administer.ts'
import { advice } from './advice.ts'
import { placesOf } from './organization-places.ts'

/** Decides again what was decided then, with the documents of then, and tells the whole story. */
export const why: AdministrationTask = {
  action: 'GetWhy',
  method: 'GET',
  path: 'why/*',
  async run({ house, rest }) {
    const entry = await house.audit.find(rest)
    if (entry === undefined)
      throw new ServiceError('NotFound', `No request ${rest} is in the event log.`, { status: 404 })
    const record = JSON.parse(entry.record)
    const decision: DecisionRecord = JSON.parse(entry.decision)
    const documents = new Documents((hash) => house.document(hash))
    const layers = await documents.layers(decision.layers)
    const decisions = []
    for (const target of decision.targets) {
      const { policy, resourceControl, ...resource } = target.resource
      const context = new Map(Object.entries(target.context))
      const request: AccessRequest = {
        principal: decision.principal,
        layers,
        action: target.action,
        resource: {
          ...resource,
          ...(policy && { policy: await documents.policy(policy) }),
          ...(resourceControl && { resourceControl: await documents.levels(resourceControl) }),
        },
        context: (key) => context.get(key),
        now: decision.time,
      }
      const explanation = explain(request)
      const { effect, decidedBy, reason, ...story } = explanation
      const { action, allowed } = target
      const { arn } = target.resource
      // What `aws sts decode-authorization-message` opens, for whom its account allows to.
      const encodedMessage = allowed
        ? undefined
        : await house.encodeMessage(
            authorizationMessage(request, explanation),
            decision.principal.account,
          )
      const told = { action, resource: arn, allowed, effect, decidedBy, reason, encodedMessage }
      const places = placesOf(request)
      const wouldAllow = remedies(request).map((remedy) => advice(remedy, request, places))
      decisions.push({ ...told, ...story, levels: places, wouldAllow })
    }
    return {
      requestId: rest,
      eventTime: record.eventTime,
      service: record.eventSource,
      operation: record.eventName,
      caller: decision.principal.arn === '' ? 'anonymous' : decision.principal.arn,
      mode: decision.mode,
      outcome: record.errorCode === undefined ? 'succeeded' : 'refused',
      ...(record.errorCode !== undefined && {
        error: { code: record.errorCode, message: record.errorMessage },
      }),
      decisions,
      policies: documents.shown(),
    }
  },
}

/** Opens the documents that a record names, each once. */
class Documents {
  readonly #open: (hash: string) => Promise<string | undefined>
  readonly #seen = new Map<string, Policy>()

  constructor(open: (hash: string) => Promise<string | undefined>) {
    this.#open = open
  }

  async policy(name: PolicyName): Promise<Policy> {
    const document = await this.#open(name.hash)
    if (document === undefined)
      throw new ServiceError('NotFound', 'A policy of this decision is no longer kept.', {
        status: 410,
      })
    const policy = { ...name, document }
    this.#seen.set(name.hash, policy)
    return policy
  }

  levels(named: readonly (readonly PolicyName[])[]): Promise<Policy[][]> {
    return Promise.all(named.map((level) => this.#all(level)))
  }

  async layers(named: DecisionRecord['layers']): Promise<Layers> {
    return {
      identity: await this.#all(named.identity),
      ...(named.boundary && { boundary: await this.policy(named.boundary) }),
      ...(named.session && { session: await this.#all(named.session) }),
      ...(named.serviceControl && {
        serviceControl: await this.levels(named.serviceControl),
      }),
      ...(named.endpoint && { endpoint: await this.policy(named.endpoint) }),
    }
  }

  #all(names: readonly PolicyName[]): Promise<Policy[]> {
    return Promise.all(names.map((name) => this.policy(name)))
  }

  /** Every document by its hash, so that positions can be shown. */
  shown(): Record<string, { id: string; document: string }> {
    return Object.fromEntries(
      [...this.#seen].map(([hash, { id, document }]) => [hash, { id, document }]),
    )
  }
}
