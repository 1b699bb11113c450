import type { BarrierState } from '../gateway/barrier-control.ts'

/** How the store can be unsealed, in words. */
export const slotsText = ({ slots }: BarrierState): string =>
  slots
    .map(({ kind, token }) => (token ? `${kind} (token ${token.token}, key ${token.key})` : kind))
    .join(', ')
