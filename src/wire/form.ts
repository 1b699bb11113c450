import { malformedQueryString } from './protocol-errors.ts'

/** One level of a form whose keys are dotted paths (`Tags.member.1.Key`). */
export interface FormNode {
  /** Undefined where only longer keys exist. */
  value: string | undefined
  children: Map<string, FormNode> | undefined
}

const MAX_FIELDS = 20_000
/** Deep keys cost a node for each part: a small form must not become a large tree. */
const MAX_NODES = 100_000
const MAX_KEY_DEPTH = 24
const MAX_KEY_LENGTH = 2_000

/**
 * Reads `application/x-www-form-urlencoded` texts (query string, body) into one tree. Strict: a key
 * that stands twice with different values is refused, because two readers of it could differ.
 */
export function parseForm(...texts: readonly string[]): FormNode {
  const root = emptyNode()
  const budget = { fields: MAX_FIELDS, nodes: MAX_NODES }
  for (const text of texts) {
    let start = 0
    while (start < text.length) {
      let end = text.indexOf('&', start)
      if (end === -1) end = text.length
      if (end > start) {
        readField(root, text.slice(start, end), budget)
        if (--budget.fields < 0 || budget.nodes < 0) {
          throw malformedQueryString('Too many parameters')
        }
      }
      start = end + 1
    }
  }
  return root
}

/** The value of a key without dots. */
export const formValue = (form: FormNode, key: string): string | undefined =>
  form.children?.get(key)?.value

function readField(root: FormNode, field: string, budget: { nodes: number }): void {
  const sign = field.indexOf('=')
  const key = decodeFormText(sign === -1 ? field : field.slice(0, sign))
  const value = sign === -1 ? '' : decodeFormText(field.slice(sign + 1))
  if (key.length > MAX_KEY_LENGTH) throw malformedQueryString('A parameter name is too long')
  let node = root
  if (!key.includes('.')) node = childOf(root, key, budget)
  else {
    const parts = key.split('.')
    if (parts.length > MAX_KEY_DEPTH) throw malformedQueryString('A parameter name is too deep')
    for (const part of parts) node = childOf(node, part, budget)
  }
  if (node.value !== undefined && node.value !== value) {
    throw malformedQueryString(
      `The parameter ${key} is present more than once with different values`,
    )
  }
  node.value = value
}

function childOf(node: FormNode, name: string, budget: { nodes: number }): FormNode {
  node.children ??= new Map()
  let child = node.children.get(name)
  if (!child) {
    budget.nodes--
    child = emptyNode()
    node.children.set(name, child)
  }
  return child
}

function emptyNode(): FormNode {
  return { value: undefined, children: undefined }
}

/** Percent-decodes; `+` is a space. */
function decodeFormText(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformedQueryString('A parameter is not valid percent-encoded UTF-8')
  }
}
