/** Parts of a page by where a branding style has their colours; `*` stands for the mode. */
const parts = {
  page: ['components.pageBackground.*.color', 'f2f4f8', '0d131c'],
  card: ['components.form.*.backgroundColor', 'ffffff', '161e2a'],
  'card-line': ['components.form.*.borderColor', 'd5dae3', '364356'],
  heading: ['components.pageText.*.headingColor', '10151f', 'f3f5f8'],
  text: ['components.pageText.*.bodyColor', '273040', 'd5dbe4'],
  quiet: ['components.pageText.*.descriptionColor', '525e70', 'a5b0c0'],
  label: ['componentClasses.inputLabel.*.textColor', '10151f', 'e2e7ee'],
  input: ['componentClasses.input.*.defaults.backgroundColor', 'ffffff', '0d131c'],
  'input-line': ['componentClasses.input.*.defaults.borderColor', '7a8699', '67758a'],
  link: ['componentClasses.link.*.defaults.textColor', '0b57c2', '7fb4ff'],
  'link-hover': ['componentClasses.link.*.hover.textColor', '083f8d', 'abceff'],
  main: ['components.primaryButton.*.defaults.backgroundColor', '0b57c2', '7fb4ff'],
  'main-text': ['components.primaryButton.*.defaults.textColor', 'ffffff', '0a1220'],
  'main-hover': ['components.primaryButton.*.hover.backgroundColor', '083f8d', 'abceff'],
  'main-hover-text': ['components.primaryButton.*.hover.textColor', 'ffffff', '0a1220'],
  other: ['components.secondaryButton.*.defaults.backgroundColor', 'ffffff', '161e2a'],
  'other-line': ['components.secondaryButton.*.defaults.borderColor', '0b57c2', '7fb4ff'],
  'other-text': ['components.secondaryButton.*.defaults.textColor', '0b57c2', '7fb4ff'],
  'other-hover': ['components.secondaryButton.*.hover.backgroundColor', 'eaf1fc', '1d2a3d'],
  idp: ['components.idpButton.standard.*.defaults.backgroundColor', 'ffffff', '161e2a'],
  'idp-line': ['components.idpButton.standard.*.defaults.borderColor', '7a8699', '67758a'],
  'idp-text': ['components.idpButton.standard.*.defaults.textColor', '273040', 'd5dbe4'],
  focus: ['componentClasses.focusState.*.borderColor', '0b57c2', '7fb4ff'],
  line: ['componentClasses.divider.*.borderColor', 'd5dae3', '364356'],
  bad: ['components.alert.*.error.backgroundColor', 'fdf0ef', '33130f'],
  'bad-line': ['components.alert.*.error.borderColor', 'b3261e', 'ff8a80'],
  good: ['componentClasses.statusIndicator.*.success.backgroundColor', 'eef8f0', '0d2a16'],
  'good-line': ['componentClasses.statusIndicator.*.success.borderColor', '1b7a3a', '6fd28f'],
  header: ['components.pageHeader.*.background.color', 'ffffff', '161e2a'],
  footer: ['components.pageFooter.*.background.color', 'ffffff', '161e2a'],
} as const

const radii = {
  'card-radius': ['components.form.borderRadius', 12],
  'button-radius': ['componentClasses.buttons.borderRadius', 8],
  'input-radius': ['componentClasses.input.borderRadius', 8],
} as const

/** The value at a path of names in a JSON document; undefined when there is none. */
export const settingAt = (settings: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (at, name) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, name)
          ? (at as Record<string, unknown>)[name]
          : undefined,
      settings,
    )

/** A colour as styles have it: hexadecimal, with or without opacity. */
const isColour = (value: unknown): value is string =>
  typeof value === 'string' && /^([0-9a-f]{6}|[0-9a-f]{8})$/i.test(value)

function colours(settings: unknown, mode: 'lightMode' | 'darkMode'): string {
  return Object.entries(parts)
    .map(([name, [path, light, dark]]) => {
      const own = settingAt(settings, path.replace('*', mode))
      return `--${name}:#${isColour(own) ? own : mode === 'lightMode' ? light : dark}`
    })
    .join(';')
}

const lengths = (settings: unknown): string =>
  Object.entries(radii)
    .map(([name, [path, usual]]) => {
      const own = settingAt(settings, path)
      return `--${name}:${typeof own === 'number' && own >= 0 && own <= 64 ? own : usual}px`
    })
    .join(';')

/** In which light pages are shown: `DYNAMIC` is as the browser wants it. */
export type Mode = 'LIGHT' | 'DARK' | 'DYNAMIC'

/** The mode that a style asks for. */
export function modeOf(settings: unknown): Mode {
  const own = settingAt(settings, 'categories.global.colorSchemeMode')
  return own === 'LIGHT' || own === 'DARK' ? own : 'DYNAMIC'
}

/** The custom properties of CSS that a style's settings come to; what they do not say is our own. */
export function variables(settings: unknown): string {
  const mode = modeOf(settings)
  const light = `color-scheme:light;${colours(settings, 'lightMode')}`
  const dark = `color-scheme:dark;${colours(settings, 'darkMode')}`
  const first = mode === 'DARK' ? dark : light
  const root = `:root{${lengths(settings)};${first}}`
  return mode === 'DYNAMIC' ? `${root}@media(prefers-color-scheme:dark){:root{${dark}}}` : root
}
