import type * as SQS from '@aws-sdk/client-sqs'
import type { CallContext, ReadContext } from '../src/kernel/context.ts'
import type { ServiceEntry } from '../src/kernel/directory.ts'
import { type Access, defineService, operationsOf, type Service } from '../src/kernel/service.ts'
import type { Target } from '../src/kernel/target.ts'

type C = typeof SQS

/** What a test lets the service do. */
export interface Probe {
  /** The decisions that SendMessage needs; without, any authenticated caller may. */
  readonly targets?: (text: string, read: ReadContext) => Promise<readonly Target[]>
  /** SendMessage: the work of a test, with the message's text. */
  readonly send?: (text: string, ctx: CallContext) => Promise<void>
  readonly on?: Service['on']
  readonly jobs?: Service['jobs']
  /** Under `/probe`; signed for `probe-pages`. */
  readonly pages?: Service['pages']
}

/** A service that only tests know: SQS's contract, with handlers of the test. */
export function probeService({
  targets,
  send,
  on = {},
  jobs = {},
  pages = [],
}: Probe): ServiceEntry {
  const service = defineService<C>()({
    name: 'sqs',
    contract: () => import('@aws-sdk/client-sqs'),
    operations: {
      SendMessage: operationsOf<C>()('SendMessage', {
        access: accessOf(targets),
        async handle(input, ctx) {
          await send?.(input.MessageBody, ctx)
          return { MessageId: ctx.requestId }
        },
      }),
    },
    notYet: { others: 'the test needs no more' },
    on,
    jobs,
    pages,
  })
  return {
    name: 'sqs',
    signingName: 'sqs',
    target: 'AmazonSQS',
    version: '2012-11-05',
    pages: ['probe'],
    pagesSignedFor: 'probe-pages',
    load: async () => service,
  }
}

const accessOf = (
  targets: Probe['targets'],
): Access<{ readonly MessageBody?: string | undefined }, readonly Target[]> =>
  targets === undefined
    ? { kind: 'authenticated', why: 'the test decides what it does' }
    : { kind: 'iam', targets: (input, read) => targets(input.MessageBody ?? '', read) }
