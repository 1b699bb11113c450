import { createHash } from 'node:crypto'
import { parseArn } from '../../kernel/arn.ts'
import type { ReadContext } from '../../kernel/context.ts'
import type { Owner } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { fail, invalid } from './contract.ts'
import { policyText } from './function-targets.ts'
import { type LayerRecord, layers, layerVersionArn } from './layer-records.ts'

export interface LayerTarget extends Target<LayerRecord | undefined> {
  readonly owner: Owner
  readonly name: string
  readonly number: number
}

/** The name of a layer that is given as such or as an ARN, and whose it is. */
export function layerName(text: string, own: Owner): Owner & { readonly name: string } {
  const { account, region } = own
  const arn = parseArn(text)
  if (arn === undefined) {
    if (!/^[a-zA-Z0-9-_]{1,140}$/.test(text)) throw invalid(`Layer name ${text} is not valid.`)
    return { account, region, name: text }
  }
  const [, name] = /^layer:([a-zA-Z0-9-_]{1,140})$/.exec(arn.resource) ?? []
  if (name === undefined || arn.service !== 'lambda' || arn.region !== region)
    throw invalid(`Layer ARN ${text} is not valid in this Region.`)
  return { account: arn.account, region, name }
}

/** A layer version as a decision with its policy. */
export async function layerTarget(
  layer: string,
  number: number,
  read: ReadContext,
  action?: string,
): Promise<LayerTarget> {
  const owner = layerName(layer, read)
  const { name, account, region } = owner
  const record = await read.storeOf(owner).of(layers).get([name, number])
  const resource = layerVersionArn(owner, name, number)
  const document = record?.statements.length ? policyText(record) : undefined
  return {
    action,
    resource,
    account,
    region,
    record,
    owner,
    name,
    number,
    policy:
      document === undefined
        ? undefined
        : {
            id: resource,
            kind: 'resource',
            document,
            hash: createHash('sha256').update(document).digest('hex'),
          },
  }
}

/** The same from the ARN of a version. */
export function layerTargetOf(
  arn: string,
  read: ReadContext,
  action: string,
): Promise<LayerTarget> {
  const [, layer, number] =
    /^(arn:aws:lambda:[a-z0-9-]+:\d{12}:layer:[^:]+):(\d{1,9})$/.exec(arn) ?? []
  if (layer === undefined) throw invalid(`Layer version ARN ${arn} is not valid.`)
  return layerTarget(layer, Number(number), read, action)
}

export function foundLayer(target: LayerTarget): LayerRecord {
  if (target.record === undefined)
    throw fail('ResourceNotFoundException', 'The resource you requested does not exist.')
  return target.record
}
