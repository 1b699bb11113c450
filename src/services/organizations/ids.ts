import type { Random } from '../../kernel/ports.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Characters after the prefix, as AWS makes its ids. */
const lengths = { o: 10, r: 4, p: 8, rp: 8, h: 32, car: 32, rt: 32 } as const

/** A new id of the kind: `o-exampleorgid`, `h-...`. */
export const newId = (prefix: keyof typeof lengths, random: Random): string =>
  `${prefix}-${random.text(lengths[prefix], alphabet)}`

/** An organizational unit carries the root's characters: `ou-<root>-<own>`. */
export const newUnitId = (rootId: string, random: Random): string =>
  `ou-${rootId.slice(2)}-${random.text(8, alphabet)}`

/** Twelve digits, the first not zero. */
export const newAccountId = (random: Random): string =>
  random.text(1, '123456789') + random.text(11, '0123456789')
