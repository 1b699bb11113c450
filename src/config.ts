import { BlockList } from 'node:net'
import { parseArgs } from 'node:util'

export type AuthMode = 'enforce' | 'observe' | 'open'

/** Everything that can be set from outside. Only this file reads the environment. */
export interface Config {
  readonly port: number
  readonly host: string
  /** A second listener, over TLS; needs certificate and key. */
  readonly tlsPort: number | undefined
  /** Paths of PEM files. */
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
  /** Processes that share the port; PostgreSQL only. */
  readonly workers: number
  readonly data: string
  /** `sqlite`, `memory`, or a `postgres://` URL. */
  readonly store: string
  readonly account: string
  readonly region: string
  readonly auth: AuthMode
  readonly issuer: 'self' | 'aws'
  /** Where others reach this installation, without a slash at the end. */
  readonly publicUrl: string | undefined
  readonly unseal: string
  /** Path of the PKCS #11 module that serves custom key stores. */
  readonly hsm: string | undefined
  /** Path of a PEM file with the roots of attestation documents, in the place of AWS's own. */
  readonly attestationRoots: string | undefined
  /** Path of a CSV file that says where addresses are. */
  readonly ipTable: string | undefined
  /** Path of a file of passwords, or of their SHA-1, one a line. */
  readonly compromisedPasswords: string | undefined
  /** For `--unseal pkcs11`; never a flag, which other processes could read. */
  readonly pkcs11Pin: string | undefined
  readonly pkcs11PinFile: string | undefined
  /** How functions are kept apart from this machine; see `Isolation`. */
  readonly functions: 'sandbox' | 'process' | 'off'
  /** Functions may point to folders of this machine and to URLs. */
  readonly functionsLocal: boolean
  /** Where mails go: `smtp://user@host:587`; undefined keeps them in the inbox. */
  readonly smtp: string | undefined
  /** Never a flag, which other processes could read. */
  readonly smtpPassword: string | undefined
  /** From whom mails come that name nobody. */
  readonly mailFrom: string
  /** Where text messages are POSTed to; undefined keeps them in the inbox. */
  readonly smsWebhook: string | undefined
  readonly smsWebhookSecret: string | undefined
  readonly testClock: boolean
  readonly log: 'pretty' | 'json'
  /** Enforce AWS's request rates. */
  readonly throttle: boolean
  /** Proxies that may say where a request comes from. */
  readonly trustedProxies: BlockList
  /** Days that the event log keeps its records. */
  readonly retentionDays: number
  /** For `--unseal passphrase`; never a flag, which other processes could read. */
  readonly passphrase: string | undefined
  /** Where systemd puts credentials. */
  readonly credentialsDirectory: string | undefined
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: string | undefined
}

const flags = {
  port: { type: 'string', default: '4566' },
  host: { type: 'string', default: '127.0.0.1' },
  'tls-port': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  workers: { type: 'string', default: '1' },
  data: { type: 'string', default: './.sallyport' },
  store: { type: 'string', default: 'sqlite' },
  account: { type: 'string', default: '000000000000' },
  region: { type: 'string', default: 'us-east-1' },
  auth: { type: 'string', default: 'enforce' },
  issuer: { type: 'string', default: 'self' },
  'public-url': { type: 'string' },
  unseal: { type: 'string' },
  hsm: { type: 'string' },
  'attestation-roots': { type: 'string' },
  'ip-table': { type: 'string' },
  'compromised-passwords': { type: 'string' },
  functions: { type: 'string' },
  'functions-local': { type: 'boolean', default: false },
  smtp: { type: 'string' },
  'mail-from': { type: 'string', default: 'no-reply@localhost' },
  'sms-webhook': { type: 'string' },
  'test-clock': { type: 'boolean', default: false },
  throttle: { type: 'boolean', default: false },
  'trusted-proxies': { type: 'string', default: '' },
  retention: { type: 'string', default: '90' },
  log: { type: 'string' },
} as const

/** A setting that cannot be; its message says what would. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** One variable, for commands that follow AWS's own settings. */
export const environment = (name: string): string | undefined => process.env[name]

/** The store of a configuration as `openStore` takes it. */
export const storeUrl = ({ store, data }: Pick<Config, 'store' | 'data'>): string =>
  store === 'sqlite' ? `sqlite:${data}` : store

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Settings from flags, then `SALLYPORT_<FLAG>`, then defaults.
 * @throws ConfigError naming the flag and what it takes
 */
export function readConfig(
  args: readonly string[],
  env: Environment = process.env,
  terminal: boolean = process.stdout.isTTY,
): Config {
  const given = parse(args)
  const text = (name: keyof typeof flags): string | undefined => {
    const fromFlag = given[name]
    if (fromFlag !== undefined) return String(fromFlag)
    const fromEnv = env[`SALLYPORT_${name.toUpperCase().replaceAll('-', '_')}`]
    const { default: fallback } = flags[name] as { default?: string | boolean }
    return fromEnv ?? (fallback === undefined ? undefined : String(fallback))
  }
  const data = text('data')!
  const config: Config = {
    port: port('port', text('port')!),
    tlsPort: text('tls-port') === undefined ? undefined : port('tls-port', text('tls-port')!),
    tlsCert: text('tls-cert'),
    tlsKey: text('tls-key'),
    workers: Number(matching('workers', text('workers')!, /^[1-9]\d?$/, 'a number from 1 to 99')),
    host: text('host')!,
    data,
    store: store(text('store')!),
    account: matching('account', text('account')!, /^\d{12}$/, 'twelve digits'),
    region: matching('region', text('region')!, /^[a-z]{2}(-[a-z]+)+-\d+$/, 'a Region'),
    auth: oneOf('auth', text('auth')!, ['enforce', 'observe', 'open']),
    issuer: oneOf('issuer', text('issuer')!, ['self', 'aws']),
    publicUrl: publicUrl(text('public-url')),
    unseal: text('unseal') ?? `keyfile:${data}/unseal.key`,
    hsm: text('hsm'),
    attestationRoots: text('attestation-roots'),
    ipTable: text('ip-table'),
    compromisedPasswords: text('compromised-passwords'),
    pkcs11Pin: env.SALLYPORT_PKCS11_PIN,
    pkcs11PinFile: env.SALLYPORT_PKCS11_PIN_FILE,
    functions: oneOf(
      'functions',
      // Who takes any key for good is testing, and trusts the code.
      text('functions') ?? (text('auth') === 'open' ? 'process' : 'sandbox'),
      ['sandbox', 'process', 'off'],
    ),
    functionsLocal: truth('functions-local', text('functions-local')!),
    smtp: urlOf('smtp', text('smtp'), ['smtp:', 'smtps:']),
    smtpPassword: env.SALLYPORT_SMTP_PASSWORD,
    mailFrom: text('mail-from')!,
    smsWebhook: urlOf('sms-webhook', text('sms-webhook'), ['https:', 'http:']),
    smsWebhookSecret: env.SALLYPORT_SMS_WEBHOOK_SECRET,
    testClock: truth('test-clock', text('test-clock')!),
    throttle: truth('throttle', text('throttle')!),
    trustedProxies: networks(text('trusted-proxies')!),
    retentionDays: Number(
      matching('retention', text('retention')!, /^[1-9]\d{0,4}$/, 'a number of days'),
    ),
    log: oneOf('log', text('log') ?? (terminal ? 'pretty' : 'json'), ['pretty', 'json']),
    passphrase: env.SALLYPORT_PASSPHRASE,
    credentialsDirectory: env.CREDENTIALS_DIRECTORY,
    accessKeyId: env.SALLYPORT_ACCESS_KEY_ID,
    secretAccessKey: env.SALLYPORT_SECRET_ACCESS_KEY,
  }
  if (config.tlsPort !== undefined && (config.tlsCert === undefined || config.tlsKey === undefined))
    throw new ConfigError('--tls-port needs --tls-cert and --tls-key, two PEM files')
  if (config.workers > 1 && !config.store.startsWith('postgres'))
    throw new ConfigError(
      '--workers needs --store postgres://..., which several processes can share',
    )
  if ((config.accessKeyId === undefined) !== (config.secretAccessKey === undefined))
    throw new ConfigError(
      'SALLYPORT_ACCESS_KEY_ID and SALLYPORT_SECRET_ACCESS_KEY must be set together',
    )
  return config
}

function parse(args: readonly string[]): Partial<Record<keyof typeof flags, string | boolean>> {
  try {
    const options = Object.fromEntries(
      Object.entries(flags).map(([name, { type }]) => [name, { type }]),
    )
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/\.(?=\s|$)/)
    throw new ConfigError(sentence)
  }
}

function port(flag: string, text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new ConfigError(`--${flag} takes a number from 0 to 65535, not "${text}"`)
  return value
}

function store(text: string): string {
  if (text === 'sqlite' || text === 'memory' || /^postgres(ql)?:\/\//.test(text)) return text
  throw new ConfigError(`--store takes sqlite, memory or postgres://..., not "${text}"`)
}

function matching(flag: string, text: string, pattern: RegExp, what: string): string {
  if (!pattern.test(text)) throw new ConfigError(`--${flag} takes ${what}, not "${text}"`)
  return text
}

function oneOf<const T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text)
  if (choice === undefined)
    throw new ConfigError(`--${flag} takes one of ${choices.join(', ')}, not "${text}"`)
  return choice
}

function truth(flag: string, text: string): boolean {
  return oneOf(flag, text, ['true', 'false', '1', '0']) === 'true' || text === '1'
}

/** `10.0.0.0/8,::1`: addresses and networks, separated by commas. */
function networks(text: string): BlockList {
  const list = new BlockList()
  for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
    const [address = '', prefix] = entry.trim().split('/')
    const family = address.includes(':') ? 'ipv6' : 'ipv4'
    try {
      if (prefix === undefined) list.addAddress(address, family)
      else list.addSubnet(address, Number(prefix), family)
    } catch {
      throw new ConfigError(
        `--trusted-proxies takes addresses and networks such as 10.0.0.0/8, not "${entry}"`,
      )
    }
  }
  return list
}

function urlOf(
  flag: string,
  text: string | undefined,
  protocols: readonly string[],
): string | undefined {
  const url = text === undefined ? undefined : URL.parse(text)
  if (url === undefined) return undefined
  // What was given may hold a password, and is not repeated.
  if (url === null || !protocols.includes(url.protocol) || url.hostname === '')
    throw new ConfigError(`--${flag} takes a URL that begins with ${protocols[0]}//`)
  return text
}

function publicUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new ConfigError(`--public-url takes a URL such as https://id.example.com, not "${text}"`)
  return text.replace(/\/+$/, '')
}
