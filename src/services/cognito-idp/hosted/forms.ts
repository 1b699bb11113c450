import { type Html, html } from '../../../kernel/html.ts'
import type { Visit } from './visit.ts'

interface Field {
  readonly name: string
  readonly label: string
  readonly type?: string | undefined
  readonly value?: string | undefined
  readonly autocomplete?: string | undefined
  readonly inputmode?: string | undefined
  /** The mark of a field that may stay empty. */
  readonly optional?: string | undefined
  readonly focus?: boolean | undefined
  readonly longest?: number | undefined
  /** The id of what explains it. */
  readonly about?: string | undefined
  readonly kind?: string | undefined
}

const attribute = (name: string, value: string | number | undefined): Html =>
  value === undefined ? html`` : html` ${name}="${value}"`

const flag = (name: string, is: boolean | undefined): Html => (is ? html` ${name}` : html``)

/** A field with its label. */
export function field(given: Field): Html {
  const { name, label, type = 'text', optional } = given
  const id = `field-${name.replace(/\W/g, '-')}`
  const mark = optional === undefined ? undefined : html` <span class="mark">(${optional})</span>`
  const names = type === 'text' || type === 'email' || type === 'tel' || type === 'url'
  return html`<label class="label-customizable" for="${id}">${label}${mark}</label>
<input class="inputField-customizable ${given.kind ?? ''}" id="${id}" name="${name}" type="${type}"${attribute('value', given.value)}${attribute('autocomplete', given.autocomplete)}${attribute('inputmode', given.inputmode)} maxlength="${given.longest ?? 2_048}"${attribute('aria-describedby', given.about)}${flag('required', optional === undefined)}${flag('autofocus', given.focus)}${names ? html` autocapitalize="none" spellcheck="false"` : html``}>
`
}

/** A field for a code that was sent, or that an app shows. */
export const codeField = ({ texts }: Visit, name = 'code'): Html =>
  field({
    name,
    label: texts.code,
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    kind: 'code',
    focus: true,
    longest: 32,
  })

/** A button that sends its form. */
export const button = (text: string, choice?: string, kind = ''): Html =>
  choice === undefined
    ? html`<button class="submitButton-customizable" type="submit">${text}</button>
`
    : html`<button class="${kind}" type="submit" name="choice" value="${choice}" formnovalidate>${text}</button>
`

/** The address of another page of the domain, on the same way to the app. */
export const pathTo = (
  { hosted, asked }: Visit,
  path: string,
  more: Readonly<Record<string, string>> = {},
): string => {
  const query = new URLSearchParams(asked.query)
  for (const [name, value] of Object.entries(more)) query.set(name, value)
  return `${hosted.base}${path}?${query}`
}

/** A link to another page of the domain. */
export const link = (visit: Visit, path: string, text: string): Html =>
  html`<a class="redirect-customizable" href="${pathTo(visit, path)}">${text}</a>`

const hiddenField = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}">`

/** The name that was typed before, where what keeps passwords for people finds it. */
const knownName = (name: string): Html =>
  html`<input name="username" value="${name}" autocomplete="username" readonly hidden>`

/** A form, with what the next page must know and nobody sees. */
export function form(
  visit: Visit,
  path: string,
  content: Html,
  hidden: Readonly<Record<string, string | undefined>> = {},
): Html {
  const all = { _csrf: visit.token, ...hidden }
  const kept = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [name === 'username' ? knownName(value) : hiddenField(name, value)],
  )
  return html`<form method="post" action="${pathTo(visit, path)}">${kept}
${content}</form>
`
}
