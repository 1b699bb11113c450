import type { HttpResponse } from '../../kernel/http.ts'
import type { Page, PageContext, PageRequest } from '../../kernel/page.ts'
import type { KnownUser } from '../../kernel/principals.ts'
import { attemptsLeft, missed, passed } from './attempts.ts'
import { openConsole } from './console-sessions.ts'
import { destination } from './destinations.ts'
import { codeForm, nameForm, newPasswordForm, refusedForm } from './forms.ts'
import { redirect } from './html.ts'

/** Milliseconds that a sign-in may take from the password to its last step. */
const stepLife = 300_000
/** Milliseconds of a console session. */
const sessionLife = 12 * 3_600_000

/** Where a sign-in stands after the password, sealed into the form of the next step. */
interface Step {
  readonly account: string
  readonly user: KnownUser
  readonly mfaAt: number | undefined
  readonly destination: string
  readonly until: number
}

/** Passwords that one address may try. */
const tries = { rate: 0.5, burst: 30 }

const tooOften = (): HttpResponse =>
  refusedForm('There were too many tries from your address. Wait a minute.', 429)

const wrong = 'Your sign-in information is not right. Look at it again, or ask your administrator.'

/** A field of the form, cut to what a person would write. */
const field = (request: PageRequest, name: string, longest: number): string =>
  (request.form.get(name) ?? '').slice(0, longest + 1)

async function signIn(request: PageRequest, ctx: PageContext): Promise<HttpResponse> {
  const to = destination(request.form.get('destination'), ctx) ?? '/console'
  const given = {
    account: field(request, 'account', 63).trim(),
    userName: field(request, 'username', 64).trim(),
    destination: to,
  }
  const password = field(request, 'password', 128)
  const again = () => nameForm({ ...given, fault: wrong })
  if (!isOurForm(request) || password.length > 128) return again()
  // Passwords are costly to look at, and guessing is cheap: each address gets a few tries at once.
  if (!ctx.allows(`password ${ctx.source.ip}`, tries)) return tooOften()
  const { signIn: seam } = ctx.principals
  const account = await seam.account(given.account)
  // Somebody who does not exist costs the same time as somebody who does.
  const user = await seam.verify(account ?? '000000000000', given.userName, password)
  if (account === undefined || user === undefined) {
    if (account !== undefined) {
      await missed(account, given.userName, ctx)
      await recordLogin(account, given.userName, undefined, false, to, ctx)
    }
    return again()
  }
  if (!(await attemptsLeft(account, given.userName, ctx))) return again()
  if (user.password === 'expired-hard')
    return refusedForm('Your password has expired. Ask your administrator for a new one.')
  const until = ctx.now().getTime() + stepLife
  return nextStep({ account, user, mfaAt: undefined, destination: to, until }, ctx)
}

/** Forms of other sites are not ours, whatever they contain. */
function isOurForm({ headers }: PageRequest): boolean {
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

async function nextStep(step: Step, ctx: PageContext, fault?: string): Promise<HttpResponse> {
  const seal = await ctx.ports.seals.ready('signin-step')
  const state = seal.seal(new TextEncoder().encode(JSON.stringify(step)), 'step')
  const { user } = step
  if (user.mfa.length > 0 && step.mfaAt === undefined)
    return codeForm({ state, devices: user.mfa, fault })
  if (user.password !== 'good') return newPasswordForm({ state, why: user.password, fault })
  return finish(step, ctx)
}

async function openStep(request: PageRequest, ctx: PageContext): Promise<Step | undefined> {
  if (!isOurForm(request)) return undefined
  const seal = await ctx.ports.seals.ready('signin-step')
  const opened = seal.open(request.form.get('state') ?? '', 'step')
  const step: Step | undefined = opened && JSON.parse(new TextDecoder().decode(opened))
  return step !== undefined && step.until > ctx.now().getTime() ? step : undefined
}

const tooLate = (): HttpResponse =>
  nameForm({
    account: '',
    userName: '',
    destination: '/console',
    fault: 'That took too long. Sign in again.',
  })

async function enterCode(request: PageRequest, ctx: PageContext): Promise<HttpResponse> {
  const step = await openStep(request, ctx)
  if (step === undefined) return tooLate()
  const { account, user } = step
  const serial = request.form.get('device') ?? user.mfa[0] ?? ''
  const code = field(request, 'code', 6).trim()
  const isGood =
    /^\d{6}$/.test(code) &&
    user.mfa.includes(serial) &&
    (await ctx.principals.mfa(account, user.userId, serial, code))
  if (isGood) return nextStep({ ...step, mfaAt: ctx.now().getTime() }, ctx)
  await recordLogin(account, user.userName, user.userId, true, step.destination, ctx)
  return nextStep(step, ctx, 'This code is not right. Wait for the next one, and try again.')
}

async function chooseNewPassword(request: PageRequest, ctx: PageContext): Promise<HttpResponse> {
  const step = await openStep(request, ctx)
  if (step === undefined) return tooLate()
  const { account, user } = step
  if (user.mfa.length > 0 && step.mfaAt === undefined) return tooLate()
  const password = field(request, 'password', 128)
  if (password !== field(request, 'again', 128))
    return nextStep(step, ctx, 'The two passwords are not the same.')
  if (password.length === 0 || password.length > 128)
    return nextStep(step, ctx, 'A password has 1 to 128 characters.')
  const refusal = await ctx.principals.signIn.choose(account, user.userId, password)
  if (refusal !== undefined) return nextStep(step, ctx, refusal)
  return finish({ ...step, user: { ...user, password: 'good' } }, ctx)
}

async function finish(step: Step, ctx: PageContext): Promise<HttpResponse> {
  const { account, user, mfaAt } = step
  const issuedAt = ctx.now().getTime()
  const session = {
    issuedAt,
    expiresAt: issuedAt + sessionLife,
    console: true,
    ...(mfaAt !== undefined && { mfaAt }),
  }
  const claims = { kind: 'user' as const, account, principalId: user.userId, session }
  // Deleted while the code was typed.
  if ((await ctx.principals.caller({ ...claims, accessKeyId: '', secret: '' })) === undefined)
    return nameForm({
      account,
      userName: user.userName,
      destination: step.destination,
      fault: wrong,
    })
  const headers = await openConsole(claims, undefined, ctx)
  await passed(account, user.userName, ctx)
  await ctx.principals.signIn.used(account, user.userId)
  await recordLogin(
    account,
    user.userName,
    user.userId,
    mfaAt !== undefined,
    step.destination,
    ctx,
    true,
  )
  return redirect(step.destination, headers)
}

/** AWS hides names that nobody has: people type passwords into the wrong field. */
const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS'

function recordLogin(
  account: string,
  name: string,
  userId: string | undefined,
  usedMfa: boolean,
  to: string,
  ctx: PageContext,
  success = false,
): Promise<void> {
  const shown = userId === undefined ? hidden : name
  return ctx.record({
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    owner: { account, region: 'us-east-1' },
    principal: {
      kind: 'user',
      account,
      arn: userId === undefined ? '' : `arn:aws:iam::${account}:user/${name}`,
      userId: userId ?? '',
      name: shown,
    },
    ...(!success && { errorMessage: 'Failed authentication' }),
    responseElements: { ConsoleLogin: success ? 'Success' : 'Failure' },
    additional: {
      LoginTo: `${ctx.baseUrl}${to}`,
      MobileVersion: 'No',
      MFAUsed: usedMfa ? 'Yes' : 'No',
    },
  })
}

function start({ query }: PageRequest, ctx: PageContext): HttpResponse {
  return nameForm({
    account: query.get('account')?.slice(0, 63) ?? '',
    userName: '',
    destination: destination(query.get('destination'), ctx) ?? '/console',
  })
}

export const userSignInPages: readonly Page[] = [
  { method: 'GET', path: '/signin', handle: start },
  { method: 'POST', path: '/signin', handle: signIn },
  { method: 'POST', path: '/signin/code', handle: enterCode },
  { method: 'POST', path: '/signin/password', handle: chooseNewPassword },
]
