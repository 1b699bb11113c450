import { denialText } from '../../access/denial.ts'
import { decide } from '../../access/evaluate.ts'
import { explain } from '../../access/explain.ts'
import type { AccessRequest } from '../../kernel/authorization.ts'
import type { Target } from '../../kernel/target.ts'
import { accessRequest } from '../access-request.ts'
import type { Exchange } from '../exchange.ts'
import type { House } from '../house.ts'
import { refusal } from '../refusals.ts'

/** Decides every target before anything is done. All must be allowed. */
export function authorize(exchange: Exchange, house: House): void {
  for (const target of exchange.targets) decideTarget(exchange, target, house)
}

/** Decides one target; throws AccessDenied with AWS's sentence, or notes it in observe mode. */
export function decideTarget(exchange: Exchange, target: Target, house: House): void {
  const request = accessRequest(exchange, target)
  const allowed = decide(request)
  exchange.decided.push({ request, allowed })
  if (allowed || house.mode === 'observe') return
  const text = target.refusal ?? refusalText(request, target)
  throw refusal('denied', exchange.wire?.protocol ?? 'awsJson1_1', text)
}

function refusalText(request: AccessRequest, target: Target): string {
  const { reason } = explain(request)
  return denialText(request, reason, target.spokenAs && `resource: ${target.spokenAs}`)
}
