/** Where a store is kept. */
export type StoreUrl =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly directory: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** Reads `memory`, `sqlite:<directory>` or `postgres://…`. */
export function parseStoreUrl(text: string): StoreUrl {
  if (text === 'memory') return { kind: 'memory' }
  if (text.startsWith('sqlite:') && text.length > 7) {
    return { kind: 'sqlite', directory: text.slice(7) }
  }
  if (/^postgres(ql)?:\/\//.test(text)) return { kind: 'postgres', url: text }
  throw new Error(`cannot store in '${text}': use memory, sqlite:<directory> or postgres://…`)
}
