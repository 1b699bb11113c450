import type { App } from '../client-places.ts'
import { type BrandingRecord, brandings } from '../managed-branding.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { customizationOf } from '../ui-customization.ts'
import { classicStyle } from './classic-style.ts'
import { managedStyle } from './managed-style.ts'
import { type Mode, modeOf, settingAt, variables } from './palettes.ts'

/** A picture in one form, or in one for each light. */
export interface Picture {
  readonly light: string
  readonly dark: string
}

/** How the pages of a client look. */
export interface Look {
  /** `none` for managed login of a client without a style. */
  readonly kind: 'managed' | 'classic' | 'none'
  readonly css: string
  readonly mode: Mode
  readonly logo?: Picture | undefined
  readonly header?: { readonly logo?: Picture | undefined } | undefined
  readonly footer?: { readonly logo?: Picture | undefined } | undefined
  readonly icon?: string | undefined
}

/** The look of a client's pages at a domain. */
export async function lookOf({ domain, base, ctx }: Hosted, app: App): Promise<Look> {
  const { pool, client } = app
  if (domain.version !== 2) {
    const own = await customizationOf(ctx.store, pool.id, client.id)
    const url = `${base}/assets/${own?.client}/logo?v=${own?.cssVersion}`
    return {
      kind: 'classic',
      css: classicStyle + (own?.css ?? ''),
      mode: 'LIGHT',
      logo: own?.image && { light: url, dark: url },
    }
  }
  const record = await ctx.store.of(brandings).findOne('client', `${pool.id}|${client.id}`)
  const { settings } = record ?? {}
  const plain = { css: variables(settings) + managedStyle, mode: modeOf(settings) }
  // Nobody gives a style to an app that has registered itself: it has the plain one.
  if (record === undefined) return { kind: client.registered ? 'managed' : 'none', ...plain }
  return { kind: 'managed', ...plain, ...branded(record, base) }
}

/** What a style adds to the pages: pictures, bars, where the form stands. */
function branded(record: BrandingRecord, base: string): Partial<Look> {
  const { settings } = record
  const is = (path: string, otherwise: boolean) => {
    const own = settingAt(settings, path)
    return typeof own === 'boolean' ? own : otherwise
  }
  const picture = (category: string) => pictureOf(record, category, base)
  const bar = (name: 'pageHeader' | 'pageFooter', category: string) =>
    is(`categories.global.${name}.enabled`, false)
      ? { logo: is(`components.${name}.logo.enabled`, true) ? picture(category) : undefined }
      : undefined
  const icon = picture('FAVICON_SVG') ?? picture('FAVICON_ICO')
  return {
    css: variables(settings) + managedStyle + placed(record, base),
    logo: is('components.form.logo.enabled', true) ? picture('FORM_LOGO') : undefined,
    header: bar('pageHeader', 'PAGE_HEADER_LOGO'),
    footer: bar('pageFooter', 'PAGE_FOOTER_LOGO'),
    icon: icon?.light,
  }
}

const sides = { START: 'start', CENTER: 'center', END: 'end' } as const

/** Rules for where things stand, and what is behind them. */
function placed(record: BrandingRecord, base: string): string {
  const { settings } = record
  const side = settingAt(settings, 'categories.form.location.horizontal')
  const place = Object.hasOwn(sides, String(side)) ? sides[side as keyof typeof sides] : 'center'
  const behind = (selector: string, category: string, path: string) => {
    const picture =
      settingAt(settings, path) === false ? undefined : pictureOf(record, category, base)
    if (picture === undefined) return ''
    const rule = (url: string) =>
      `${selector}{background-image:url("${url}");background-size:cover;background-position:center}`
    const isDark = modeOf(settings) === 'DYNAMIC' && picture.dark !== picture.light
    const dark = isDark ? `@media(prefers-color-scheme:dark){${rule(picture.dark)}}` : ''
    return rule(picture.light) + dark
  }
  return [
    `main{justify-items:${place}}`,
    behind('body', 'PAGE_BACKGROUND', 'components.pageBackground.image.enabled'),
    behind('.card', 'FORM_BACKGROUND', 'components.form.backgroundImage.enabled'),
    behind(
      'body>header',
      'PAGE_HEADER_BACKGROUND',
      'components.pageHeader.backgroundImage.enabled',
    ),
    behind(
      'body>footer',
      'PAGE_FOOTER_BACKGROUND',
      'components.pageFooter.backgroundImage.enabled',
    ),
  ].join('')
}

/** The picture of a category: in a light that a style does not have, the one of the other. */
function pictureOf(record: BrandingRecord, category: string, base: string): Picture | undefined {
  const has = record.assets.filter(({ Category, Bytes }) => Category === category && Bytes)
  const find = (...modes: readonly string[]) => {
    const mode = modes.find((one) => has.some(({ ColorMode }) => ColorMode === one))
    const version = record.modifiedAt.getTime()
    return `${base}/assets/${record.client}/${category}-${mode}?v=${version}`
  }
  if (has.length === 0) return undefined
  const mode = modeOf(record.settings)
  const light = find('LIGHT', 'DYNAMIC', 'DARK')
  const dark = find('DARK', 'DYNAMIC', 'LIGHT')
  if (mode === 'DYNAMIC') return { light, dark }
  return mode === 'DARK' ? { light: dark, dark } : { light, dark: light }
}
