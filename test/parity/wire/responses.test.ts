import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ServiceError } from '../../../src/kernel/errors.ts'
import { resolveOperation } from '../../../src/wire/schema/resolve.ts'
import type { Pair } from './clients.ts'
import { normalForm } from './normal-form.ts'
import { losses as lossesOf, subjects } from './services.ts'
import { type Draw, drawValue, seedOf } from './values.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 3)

describe('what a handler returns is what an official client reads', () => {
  for (const { title, load } of subjects) {
    test(title, async () => {
      const pair = await load()
      for (const name of pair.operations) await checkOperation(pair, name)
    })
  }
})

async function checkOperation(pair: Pair, name: string): Promise<void> {
  const { output } = resolveOperation(pair.schema(name))
  const operation = pair.wire.operation(name, pair.protocolName)!
  if (hasEvents(output)) {
    assert.throws(() => operation.encode({ Payload: {} }, 'id'), ServiceError)
    return
  }
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (gen) => {
      const draw: Draw = (arbitrary) => gen(arbitrary)
      const protocol = pair.protocolName
      const style = { xml: /xml|query/i.test(protocol), rest: protocol.startsWith('rest') }
      const returned = drawValue(output, draw, style) as Record<string, unknown>
      const response = operation.encode(returned, 'request-1')
      const { $metadata, ...read } = await collected(
        await pair.receive(name, response, operation.streamingOutput),
      )
      const losses = lossesOf[protocol]!.response
      assert.equal(($metadata as { requestId: string }).requestId, 'request-1')
      assert.deepEqual(normalForm(output, read, losses), normalForm(output, returned, losses))
    }),
    { numRuns: runs, seed: seedOf(name), unbiased: true },
  )
}

const hasEvents = (shape: ReturnType<typeof resolveOperation>['output']): boolean =>
  shape.kind === 'structure' &&
  shape.members.some(({ streaming, shape }) => streaming && shape.kind !== 'blob')

async function collected(output: Record<string, unknown>): Promise<Record<string, unknown>> {
  for (const [name, value] of Object.entries(output)) {
    const stream = value as { transformToByteArray?(): Promise<Uint8Array> } | null | undefined
    if (stream?.transformToByteArray) output[name] = await stream.transformToByteArray()
  }
  return output
}
