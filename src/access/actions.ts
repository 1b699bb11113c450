/** The catalogue of AWS's actions, resource types and condition keys; loaded on first use. */

import { compileAction } from './action-patterns.ts'
import { matchesTemplate } from './arn-templates.ts'

type AccessLevel = 'List' | 'Read' | 'Write' | 'Tagging' | 'Permissions management'

/** A resource type that an action takes. */
interface ActionResource {
  readonly type: string
  readonly required: boolean
  readonly conditionKeys: readonly string[]
}

export interface ActionFacts {
  /** `iam:CreateUser`. */
  readonly action: string
  readonly level: AccessLevel
  /** Empty when the action is decided against `*` only. */
  readonly resources: readonly ActionResource[]
  readonly conditionKeys: readonly string[]
  /** Further actions that the caller needs. */
  readonly dependentActions: readonly string[]
}

export interface ResourceTypeFacts {
  readonly type: string
  /** `arn:${Partition}:iam::${Account}:user/${UserNameWithPath}`. */
  readonly arn: string
  readonly conditionKeys: readonly string[]
}

type ActionRow = readonly [
  name: string,
  level: string,
  resources: readonly (readonly string[])[],
  conditionKeys: readonly string[],
  dependentActions: readonly string[],
]

interface ServiceRows {
  readonly actions: Readonly<Record<string, ActionRow>>
  readonly resources: Readonly<Record<string, readonly [arn: string, keys: readonly string[]]>>
  readonly keys: Readonly<Record<string, string>>
}

interface Table {
  readonly names: Readonly<Record<string, string>>
  readonly titles: Readonly<Record<string, string>>
  readonly details: Readonly<Record<string, string>>
  readonly globals: string
}

const LEVELS: Readonly<Record<string, AccessLevel>> = {
  L: 'List',
  R: 'Read',
  W: 'Write',
  T: 'Tagging',
  P: 'Permissions management',
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function factsOf(vendor: string, row: ActionRow): ActionFacts {
  const [name, level, resources, conditionKeys, dependentActions] = row
  return {
    action: `${vendor}:${name}`,
    level: LEVELS[level]!,
    resources: resources.map(([type = '', ...keys]) => {
      const required = type.endsWith('!')
      return { type: required ? type.slice(0, -1) : type, required, conditionKeys: keys }
    }),
    conditionKeys,
    dependentActions,
  }
}

/** Questions about AWS's actions. Names are compared without case; answers carry AWS's spelling. */
export class ActionCatalogue {
  readonly #table: Table
  readonly #rows = new Map<string, ServiceRows | undefined>()
  #globals: Readonly<Record<string, string>> | undefined

  constructor(table: Table) {
    this.#table = table
  }

  /** Whether a vendor prefix is one of AWS's. */
  isKnownVendor(vendor: string): boolean {
    return Object.hasOwn(this.#table.names, vendor.toLowerCase())
  }

  /** All vendor prefixes. */
  vendors(): readonly string[] {
    return Object.keys(this.#table.names)
  }

  /** What people call the service of a vendor prefix (`Amazon S3`); undefined when it is unknown. */
  titleOf(vendor: string): string | undefined {
    return own(this.#table.titles, vendor.toLowerCase())
  }

  /** Whether the actions of a vendor are described in full. */
  isDetailed(vendor: string): boolean {
    return Object.hasOwn(this.#table.details, vendor.toLowerCase())
  }

  /** All actions of a vendor as `vendor:Name`, sorted; empty when it is unknown. */
  actionsOf(vendor: string): readonly string[] {
    const lower = vendor.toLowerCase()
    const names = own(this.#table.names, lower)
    return names ? names.split(' ').map((name) => `${lower}:${name}`) : []
  }

  /** Every known action that an entry of Action matches. */
  expandWildcard(entry: string): readonly string[] {
    const { vendor, matches } = compileAction(entry)
    const vendors = vendor === undefined ? this.vendors() : [vendor]
    return vendors
      .flatMap((one) => this.actionsOf(one))
      .filter((name) => matches(name.toLowerCase()))
  }

  /** What is known of one action; undefined for unknown actions and for services without details. */
  actionFacts(action: string): ActionFacts | undefined {
    const [vendor = '', name = ''] = action.toLowerCase().split(':')
    const row = own(this.#details(vendor)?.actions ?? {}, name)
    return row && factsOf(vendor, row)
  }

  /** The resource types of a vendor; empty without details. */
  resourceTypes(vendor: string): readonly ResourceTypeFacts[] {
    const resources = this.#details(vendor.toLowerCase())?.resources ?? {}
    return Object.entries(resources).map(([type, [arn, conditionKeys]]) => ({
      type,
      arn,
      conditionKeys,
    }))
  }

  /** Vendors of which `isDetailed` is true. */
  detailedVendors(): readonly string[] {
    return Object.keys(this.#table.details)
  }

  /** The resource types of a vendor whose template an ARN fits. */
  resourceTypesOfArn(vendor: string, arn: string): readonly ResourceTypeFacts[] {
    return this.resourceTypes(vendor).filter(({ arn: template }) => matchesTemplate(template, arn))
  }

  /** Type of a global or service condition key (`ArrayOfString` ...) under AWS's spelling. */
  conditionKeyType(key: string): string | undefined {
    const lower = key.toLowerCase()
    this.#globals ??= JSON.parse(this.#table.globals) as Record<string, string>
    const keys = { ...this.#globals, ...this.#details(lower.split(':', 1)[0]!)?.keys }
    return Object.entries(keys).find(([name]) => {
      const open = name.search(/\$\{|</)
      const fixed = (open < 0 ? name : name.slice(0, open)).toLowerCase()
      return open < 0 ? fixed === lower : lower.startsWith(fixed)
    })?.[1]
  }

  #details(vendor: string): ServiceRows | undefined {
    if (!this.#rows.has(vendor)) {
      const text = own(this.#table.details, vendor)
      this.#rows.set(vendor, text === undefined ? undefined : (JSON.parse(text) as ServiceRows))
    }
    return this.#rows.get(vendor)
  }
}

let loading: Promise<ActionCatalogue> | undefined

/** The catalogue, read once per process when somebody first asks for it. */
export function actionCatalogue(): Promise<ActionCatalogue> {
  loading ??= import('./generated/actions.json', { with: { type: 'json' } }).then(
    ({ default: table }) => new ActionCatalogue(table as unknown as Table),
  )
  return loading
}
