import fc from 'fast-check'

/*
 * Units of `fc.string`. Those of fast-check's own that know all of Unicode first make a map of it, which
 * takes two seconds of every process.
 */

const point = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((one) => String.fromCodePoint(one))

/** Any code point but halves of surrogate pairs: also what XML and terminals do not take. */
export const codePoint: fc.Arbitrary<string> = fc.oneof(
  point(0, 0x7f),
  point(0x80, 0x7ff),
  point(0x800, 0xd7ff),
  point(0xe000, 0xffff),
  point(0x1_0000, 0x10_ffff),
)

/** What one sees as one character, of one code point or of several. */
export const printable: fc.Arbitrary<string> = fc.oneof(
  point(0x20, 0x7e),
  point(0xae, 0x377),
  point(0x4e00, 0x9fff),
  point(0x1_f300, 0x1_f5ff),
  fc.constantFrom('e\u0301', 'é', 'ﬁ', 'क्षि', '각', '👩‍🚀', '🇩🇪', '👍🏽', '𝒳', '\u202eabc\u202c'),
)
