/** Rules for the entries of Action and NotAction. */

import type { Statement } from './document.ts'

const VENDOR = /^[A-Za-z0-9.-]+$/

/** AWS's sentence for the first bad entry of a statement; undefined when all are sound. */
export function actionFault({ actions, notActions }: Statement): string | undefined {
  for (const entry of actions ?? notActions ?? []) {
    if (entry === '*') continue
    const [vendor, ...names] = entry.split(':')
    if (names.length === 0) {
      return 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'
    }
    if (names.length > 1) return 'Actions/Condition can contain only one colon.'
    if (!VENDOR.test(vendor!)) return `Vendor ${vendor} is not valid`
  }
  return undefined
}

const TRUST_ACTIONS: ReadonlySet<string> = new Set([
  'assumerole',
  'assumerolewithsaml',
  'assumerolewithwebidentity',
  'setsourceidentity',
  'setcontext',
  'tagsession',
])

/** Whether an entry belongs in a role trust policy. */
export function isTrustAction(entry: string): boolean {
  const lower = entry.toLowerCase()
  if (!lower.startsWith('sts:')) return false
  const name = lower.slice(4)
  return TRUST_ACTIONS.has(name) || name === '*' || name.startsWith('assumerole')
}
