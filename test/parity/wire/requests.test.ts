import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { resolveOperation } from '../../../src/wire/schema/resolve.ts'
import type { Pair } from './clients.ts'
import { normalForm } from './normal-form.ts'
import { losses as lossesOf, subjects } from './services.ts'
import { type Draw, drawValue, seedOf } from './values.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 3)

/** Two names for one thing: as a form they have the same key. */
const TWINS: Readonly<Record<string, readonly string[]>> = {
  ReceiveMessage: ['AttributeNames', 'MessageSystemAttributeNames'],
}

describe('what an official client sends is what a handler receives', () => {
  for (const { title, load } of subjects) {
    test(title, async () => {
      const pair = await load()
      for (const name of pair.operations) await checkOperation(pair, name)
    })
  }
})

async function checkOperation(pair: Pair, name: string): Promise<void> {
  const { input } = resolveOperation(pair.schema(name))
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (gen) => {
      const draw: Draw = (arbitrary) => gen(arbitrary)
      const protocol = pair.wire.facts.protocol
      const style = { xml: /xml|query/i.test(protocol), rest: protocol.startsWith('rest') }
      const sent = drawValue(input, draw, style) as Record<string, unknown>
      if (pair.protocolName === 'awsQuery') for (const twin of TWINS[name] ?? []) delete sent[twin]
      const request = await pair.send(name, sent)
      const { route, operation } = pair.find(request)
      assert.equal(operation.name, name, `${request.method} ${request.path}?${request.query}`)
      const received = await collected(operation.decode(request, route))
      const losses = lossesOf[operation.protocol]!.request
      assert.deepEqual(normalForm(input, received, losses), normalForm(input, sent, losses))
    }),
    { numRuns: runs, seed: seedOf(name), unbiased: true },
  )
}

/** Streams are read to their end. */
async function collected(input: Readonly<Record<string, unknown>>) {
  const out: Record<string, unknown> = { ...input }
  for (const [name, value] of Object.entries(out)) {
    if (value === null || typeof value !== 'object' || !(Symbol.asyncIterator in value)) continue
    const chunks: Uint8Array[] = []
    for await (const chunk of value as AsyncIterable<Uint8Array>) chunks.push(chunk)
    out[name] = Buffer.concat(chunks)
  }
  return out
}
