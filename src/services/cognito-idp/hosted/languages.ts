import { de } from './languages/de.ts'
import { en } from './languages/en.ts'
import { es } from './languages/es.ts'
import { fr } from './languages/fr.ts'
import { id } from './languages/id.ts'
import { it } from './languages/it.ts'
import { ja } from './languages/ja.ts'
import { ko } from './languages/ko.ts'
import { nl } from './languages/nl.ts'
import { ptBr } from './languages/pt-BR.ts'
import { zhCn } from './languages/zh-CN.ts'
import { zhTw } from './languages/zh-TW.ts'

/** Everything that pages say. */
export type Texts = Readonly<Record<keyof typeof en, string>>

/** The languages of managed login, by the value of `lang`: AWS's eleven, and Dutch, which it has for terms. */
export const languages: Readonly<Record<string, Partial<Texts>>> = {
  de,
  en,
  es,
  fr,
  id,
  it,
  ja,
  ko,
  nl,
  'pt-BR': ptBr,
  'zh-CN': zhCn,
  'zh-TW': zhTw,
}

const isLanguage = (name: string): boolean => Object.hasOwn(languages, name)

/** The first of the names that is a language; English when none is. */
export const languageOf = (...names: readonly (string | null | undefined)[]): string =>
  names.find((name) => name != null && isLanguage(name)) ?? 'en'

/** What pages say in a language; what it lacks is said in English. */
export const textsOf = (language: string): Texts => ({ ...en, ...languages[language] })

/** A text with its blanks filled. */
export const filled = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (blank, name: string) => String(values[name] ?? blank))
