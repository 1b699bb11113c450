import { html } from '../../kernel/html.ts'
import type { HttpResponse } from '../../kernel/http.ts'
import { page } from './html.ts'

const notice = (fault: string | undefined) =>
  fault === undefined ? undefined : html`<p class="bad" role="alert">${fault}</p>`

/** Account, user name and password. */
export function nameForm(given: {
  readonly account: string
  readonly userName: string
  readonly destination: string
  readonly fault?: string | undefined
}): HttpResponse {
  return page(
    'Sign in as an IAM user',
    html`${notice(given.fault)}<form method="post" action="/signin">
<input type="hidden" name="destination" value="${given.destination}">
<label for="account">Account ID or alias</label>
<input id="account" name="account" value="${given.account}" required maxlength="63" autocomplete="organization" autocapitalize="none" spellcheck="false">
<label for="username">User name</label>
<input id="username" name="username" value="${given.userName}" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false">
<label for="password">Password</label>
<input id="password" name="password" type="password" required maxlength="128" autocomplete="current-password">
<button type="submit">Sign in</button></form>`,
    { status: given.fault === undefined ? 200 : 400 },
  )
}

/** `arn:aws:iam::A:mfa/phone` is known to its owner as `phone`. */
const nameOfDevice = (serial: string): string => serial.slice(serial.lastIndexOf('/') + 1)

/** The code of an MFA device. */
export function codeForm(given: {
  readonly state: string
  readonly devices: readonly string[]
  readonly fault?: string | undefined
}): HttpResponse {
  const [only = '', ...more] = given.devices
  const choice =
    more.length === 0
      ? html`<input type="hidden" name="device" value="${only}">
<p class="quiet">Device: ${nameOfDevice(only)}</p>`
      : html`<label for="device">MFA device</label><select id="device" name="device">${given.devices.map(
          (serial) => html`<option value="${serial}">${nameOfDevice(serial)}</option>`,
        )}</select>`
  return page(
    'Enter your MFA code',
    html`${notice(given.fault)}<form method="post" action="/signin/code">
<input type="hidden" name="state" value="${given.state}">${choice}
<label for="code">Code of six digits</label>
<input id="code" name="code" required inputmode="numeric" pattern="[0-9]{6}" maxlength="6" autocomplete="one-time-code" autofocus>
<button type="submit">Continue</button></form>`,
    { status: given.fault === undefined ? 200 : 400 },
  )
}

const reasons = {
  reset: 'Your administrator asks you to choose a new password.',
  expired: 'Your password has expired. Choose a new one.',
} as const

/** A new password, twice. */
export function newPasswordForm(given: {
  readonly state: string
  readonly why: 'reset' | 'expired' | 'expired-hard' | 'good'
  readonly fault?: string | undefined
}): HttpResponse {
  const why = given.why === 'expired' ? reasons.expired : reasons.reset
  return page(
    'Choose a new password',
    html`<p>${why}</p>${notice(given.fault)}<form method="post" action="/signin/password">
<input type="hidden" name="state" value="${given.state}">
<label for="password">New password</label>
<input id="password" name="password" type="password" required maxlength="128" autocomplete="new-password" autofocus>
<label for="again">The same once more</label>
<input id="again" name="again" type="password" required maxlength="128" autocomplete="new-password">
<button type="submit">Save and sign in</button></form>`,
    { status: given.fault === undefined ? 200 : 400 },
  )
}

/** A sign-in that ends here. */
export const refusedForm = (reason: string, status = 403): HttpResponse =>
  page('You cannot sign in', html`<p class="bad" role="alert">${reason}</p>`, { status })
