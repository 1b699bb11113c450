/** A browser that keeps cookies, follows redirects and sends forms: what a page needs that works without scripts. */
export interface ScriptLessBrowser {
  /** Goes to an address, on and on while it is sent further, as long as that is below `within`. */
  visit(url: string): Promise<Visited>
  /** Sends the first form of a page, or the one to `action`, with what it has and what is typed. */
  send(page: Visited, typed: Readonly<Record<string, string>>, action?: RegExp): Promise<Visited>
  readonly cookies: Map<string, string>
}

export interface Visited {
  /** Where the browser is, or the address outside that it was sent to. */
  readonly url: URL
  /** 0 for an address outside. */
  readonly status: number
  readonly text: string
}

const unescaped = (text: string) =>
  text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))).replaceAll('&amp;', '&')

const attribute = (tag: string, name: string) => {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)
  return found === null ? undefined : unescaped(found[1]!)
}

/** @param within begin of the addresses that are asked; others are only told */
export function scriptLessBrowser(within: string): ScriptLessBrowser {
  const cookies = new Map<string, string>()

  async function ask(url: URL, init: RequestInit = {}): Promise<Visited> {
    if (!url.href.startsWith(within)) return { url, status: 0, text: '' }
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (/max-age=0/i.test(line)) cookies.delete(name!)
      else cookies.set(name!, value!)
    }
    const location = answer.headers.get('location')
    if (location !== null) return ask(new URL(location, url))
    return { url, status: answer.status, text: await answer.text() }
  }

  return {
    cookies,
    visit: (url) => ask(new URL(url)),
    send({ url, text }, typed, action = /./) {
      const forms = text.match(/<form.*?<\/form>/gs) ?? []
      const form = forms.find((one) => action.test(attribute(one, 'action') ?? ''))
      if (form === undefined) throw new Error(`no such form at ${url.pathname}: ${text}`)
      const body = new URLSearchParams()
      for (const tag of form.match(/<(?:input|button)[^>]*>/g) ?? []) {
        const name = attribute(tag, 'name')
        if (name !== undefined) body.set(name, attribute(tag, 'value') ?? '')
      }
      for (const [name, value] of Object.entries(typed)) body.set(name, value)
      return ask(new URL(attribute(form, 'action')!, url), { method: 'POST', body })
    },
  }
}
