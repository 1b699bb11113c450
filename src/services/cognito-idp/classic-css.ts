import { invalid } from './contract.ts'

const selectors = new Set([
  '.background-customizable',
  '.banner-customizable',
  '.errorMessage-customizable',
  '.idpButton-customizable',
  '.idpButton-customizable:hover',
  '.idpDescription-customizable',
  '.inputField-customizable',
  '.inputField-customizable:focus',
  '.label-customizable',
  '.legalText-customizable',
  '.logo-customizable',
  '.passwordCheck-valid-customizable',
  '.passwordCheck-notValid-customizable',
  '.redirect-customizable',
  '.socialButton-customizable',
  '.submitButton-customizable',
  '.submitButton-customizable:hover',
  '.textDescription-customizable',
])

const forbidden = /[>\\@]|(url|src|image|image-set|expression)\s*\(|javascript:/i

/** What looks like a comment within a string is none. */
const commentOrString = /("[^"\n\r\f]*"|'[^'\n\r\f]*')|\/\*[\s\S]*?\*\//g

const longest = 3 * 1_024

/**
 * Refuses a style sheet with anything but the classes that pages of the classic hosted UI have. What it
 * lets pass loads nothing and runs nothing: no rule that begins with `@`, no URL, no script, no escape
 * out of the style element.
 */
export function checkClassicCss(css: string): void {
  if (css.length > longest) throw invalid('The CSS must not be over 3 KB.')
  const plain = css.replace(commentOrString, (_, string = '') => string)
  // HTML ends a style element in the middle of a comment, too.
  if (css.includes('<') || forbidden.test(plain))
    throw invalid('The CSS contains something that is not allowed.')
  let rest = plain.trim()
  while (rest !== '') {
    const rule = /^([^{}]+)\{([^{}]*)\}\s*/.exec(rest)
    if (rule === null) throw invalid('The CSS cannot be read.')
    for (const selector of rule[1]!.split(','))
      if (!selectors.has(selector.trim()))
        throw invalid(`CSS selector ${selector.trim()} is not supported.`)
    rest = rest.slice(rule[0].length)
  }
}
