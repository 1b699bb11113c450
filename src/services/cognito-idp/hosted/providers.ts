import { type Html, html } from '../../../kernel/html.ts'
import type { App } from '../client-places.ts'
import { type IdentityProviderRecord, identityProviders } from '../identity-provider-records.ts'
import { pathTo } from './forms.ts'
import { filled } from './languages.ts'
import type { Visit } from './visit.ts'

/** Where users of an app can sign in. */
interface Ways {
  /** With a user of the pool. */
  readonly local: boolean
  readonly others: readonly IdentityProviderRecord[]
}

/** The providers that an app takes; one that has not said takes the pool's users. */
export async function waysOf({ pool, client }: App, { ctx }: Pick<Visit, 'ctx'>): Promise<Ways> {
  const names = client.settings.SupportedIdentityProviders ?? ['COGNITO']
  const of = ctx.store.of(identityProviders)
  const found = await Promise.all(
    names.filter((name) => name !== 'COGNITO').map((name) => of.get([pool.id, name])),
  )
  return {
    local: names.includes('COGNITO'),
    others: found.filter((record) => record !== undefined),
  }
}

const titles: Readonly<Record<string, string>> = {
  SignInWithApple: 'Apple',
  LoginWithAmazon: 'Amazon',
}

/** What leads to a provider, with all that the app asked for. */
const leadTo = (visit: Visit, which: Readonly<Record<string, string>>): string =>
  pathTo(visit, '/oauth2/authorize', which)

/** A button for each provider. */
export const providerButtons = (visit: Visit, others: Ways['others']): readonly Html[] =>
  others.map(({ name }) => {
    const text = filled(visit.texts.continueWith, { name: titles[name] ?? name })
    const href = leadTo(visit, { identity_provider: name })
    return html`<a class="button idp idpButton-customizable" href="${href}">${text}</a>
`
  })

/** Where somebody signs in whose address is of a company that does so itself; undefined for others. */
export async function routeOf(visit: Visit, name: string): Promise<string | undefined> {
  const domain = name.slice(name.lastIndexOf('@') + 1).toLowerCase()
  if (!name.includes('@') || domain === '') return undefined
  const { app, ctx } = visit
  const entry = `${app.pool.id}|${domain}`
  const found = await ctx.store.of(identityProviders).findOne('identifier', entry)
  const { others } = await waysOf(app, visit)
  const takes = found?.type === 'SAML' && others.some((one) => one.name === found.name)
  return takes ? leadTo(visit, { idp_identifier: domain }) : undefined
}
