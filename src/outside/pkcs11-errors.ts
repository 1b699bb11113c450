import { TokenFailed } from '../kernel/ports.ts'

const codes = {
  hostMemory: 0x2,
  generalError: 0x5,
  functionFailed: 0x6,
  deviceError: 0x30,
  deviceMemory: 0x31,
  deviceRemoved: 0x32,
  encryptedDataInvalid: 0x40,
  encryptedDataLength: 0x41,
  keyHandleInvalid: 0x60,
  objectHandleInvalid: 0x82,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLength: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  sessionClosed: 0xb0,
  sessionHandleInvalid: 0xb3,
  slotIdInvalid: 0x3,
  tokenNotPresent: 0xe0,
  tokenNotRecognized: 0xe1,
  userNotLoggedIn: 0x101,
  notInitialized: 0x190,
  alreadyInitialized: 0x191,
} as const

const codeOf = (error: unknown): number | undefined => {
  const code = (error as { code?: unknown }).code
  return typeof code === 'number' ? code : undefined
}

const losses: ReadonlySet<number> = new Set([
  codes.generalError,
  codes.functionFailed,
  codes.deviceError,
  codes.deviceMemory,
  codes.deviceRemoved,
  codes.keyHandleInvalid,
  codes.objectHandleInvalid,
  codes.sessionClosed,
  codes.sessionHandleInvalid,
  codes.slotIdInvalid,
  codes.tokenNotPresent,
  codes.tokenNotRecognized,
  codes.userNotLoggedIn,
  codes.notInitialized,
])

/** Whether the token went away, so that only a new beginning can help. */
export function isLoss(error: unknown): boolean {
  // A token that was pulled out can look like one that has no keys.
  if (error instanceof TokenFailed)
    return error.trouble !== 'wrong PIN' && error.trouble !== 'locked'
  const code = codeOf(error)
  return code !== undefined && losses.has(code)
}

/** Whether a ciphertext was not the key's own; SoftHSM says no more than that something failed. */
export function isDecryptionFailure(error: unknown): boolean {
  const code = codeOf(error)
  return (
    code === codes.encryptedDataInvalid ||
    code === codes.encryptedDataLength ||
    code === codes.generalError ||
    code === codes.functionFailed
  )
}

/** The library's error in words that name the token and what to do. */
export function asFailure(error: unknown, label: string): Error {
  if (error instanceof TokenFailed) return error
  const code = codeOf(error)
  const said = error instanceof Error ? error.message : String(error)
  const failed = (trouble: TokenFailed['trouble'], message: string) =>
    new TokenFailed(trouble, message, { cause: error })
  switch (code) {
    case undefined:
      return error instanceof Error ? error : new Error(said)
    case codes.pinIncorrect:
    case codes.pinInvalid:
    case codes.pinLength:
      return failed('wrong PIN', `the token ${label} refuses the PIN`)
    case codes.pinLocked:
    case codes.pinExpired:
      return failed(
        'locked',
        `the token ${label} takes no PIN any more (${said}): its security officer must set a new one`,
      )
    default:
      return failed('gone', `the token ${label} does not answer (${said})`)
  }
}
