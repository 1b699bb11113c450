import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { StructureShape } from '../../../src/wire/schema/shape.ts'
import type { Pair } from './clients.ts'
import { normalForm } from './normal-form.ts'
import { losses as lossesOf, subjects } from './services.ts'
import { type Draw, drawValue, seedOf } from './values.ts'

interface ClientError extends Error {
  readonly $metadata: { readonly requestId: string; readonly httpStatusCode: number }
}

describe('an error that a handler throws is the error that an official client throws', () => {
  for (const { title, load } of subjects) {
    test(title, async () => {
      const pair = await load()
      const operation = pair.operations[0]!
      for (const [code, shape] of pair.wire.facts.errors) {
        // The registry also knows each error by its wire code.
        if (code === shape.name) await checkError(pair, operation, code)
      }
      await checkUnmodelled(pair, operation)
    })
  }
})

async function checkError(pair: Pair, operation: string, code: string): Promise<void> {
  const shape = pair.wire.facts.errors.get(code)!
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (gen) => {
      const draw: Draw = (arbitrary) => gen(arbitrary)
      const protocol = pair.protocolName
      const style = { xml: /xml|query/i.test(protocol), rest: protocol.startsWith('rest') }
      const drawn = drawValue(shape, draw, style) as Record<string, unknown>
      const members = Object.fromEntries(
        Object.entries(drawn).filter(([name]) => !/^message$/i.test(name)),
      )
      const error = await thrown(pair, operation, { code, message: 'What & "why" <x>', members })
      assert.equal(error.message, 'What & "why" <x>', code)
      if (error.name !== shape.name) {
        // Where two errors share a code, the client throws either.
        const taken = pair.wire.facts.errors.get(error.name)
        assert.equal(taken?.traits.awsQueryError?.[0], shape.traits.awsQueryError?.[0], code)
      }
      assert.equal(error.$metadata.requestId, 'request-1')
      assert.equal(error.$metadata.httpStatusCode, modelledStatus(shape, protocol), code)
      const losses = lossesOf[protocol]!.response
      const read = Object.fromEntries(
        Object.keys(members).map((name) => [name, (error as never)[name]]),
      )
      assert.deepEqual(normalForm(shape, read, losses), normalForm(shape, members, losses), code)
    }),
    { numRuns: 1, seed: seedOf(code), unbiased: true },
  )
}

function modelledStatus({ traits }: StructureShape, protocol: string): number {
  const query = /query/i.test(protocol) ? traits.awsQueryError?.[1] : undefined
  return query ?? traits.httpError ?? (traits.error === 'server' ? 500 : 400)
}

/** Codes that AWS sends and the model omits reach the client by name and with their status. */
async function checkUnmodelled(pair: Pair, operation: string): Promise<void> {
  const error = await thrown(pair, operation, {
    code: 'SomethingUnheardOf',
    message: 'no',
    status: 418,
  })
  assert.equal(error.name, 'SomethingUnheardOf')
  assert.equal(error.message, 'no')
  assert.equal(error.$metadata.httpStatusCode, 418)
}

async function thrown(
  pair: Pair,
  operation: string,
  error: Parameters<Pair['wire']['encodeError']>[1],
): Promise<ClientError> {
  const response = pair.wire.encodeError(pair.protocolName, error, { requestId: 'request-1' })
  if (pair.protocolName === 'awsQuery') {
    const shape = pair.wire.facts.errors.get(error.code)
    const code = shape?.traits.awsQueryError?.[0] ?? shape?.name ?? error.code
    assert.match(String(response.body), new RegExp(`<Code>${code}</Code>`))
  }
  try {
    await pair.receive(operation, response)
  } catch (caught) {
    return caught as ClientError
  }
  throw new Error('the client saw no error')
}
