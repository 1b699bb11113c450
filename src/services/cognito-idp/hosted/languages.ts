import { en } from './languages/en.ts'

/** Everything that pages say. */
export type Texts = Readonly<Record<keyof typeof en, string>>

/** The languages of managed login, by the value of `lang`. */
const languages: Readonly<Record<string, Partial<Texts>>> = { en }

const isLanguage = (name: string): boolean => Object.hasOwn(languages, name)

/** The first of the names that is a language; English when none is. */
export const languageOf = (...names: readonly (string | null | undefined)[]): string =>
  names.find((name) => name != null && isLanguage(name)) ?? 'en'

/** What pages say in a language; what it lacks is said in English. */
export const textsOf = (language: string): Texts => ({ ...en, ...languages[language] })

/** A text with its blanks filled. */
export const filled = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (blank, name: string) => String(values[name] ?? blank))
