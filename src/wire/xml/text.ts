const SPECIAL = /[&<>"'\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\ufffe\uffff]/
const ALL_SPECIAL = new RegExp(SPECIAL, 'g')
const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text as content of an element or value of an attribute. */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text
  return text.replace(
    ALL_SPECIAL,
    (char) => NAMED[char] ?? `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`,
  )
}

/** The declaration that AWS's XML bodies begin with. */
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
