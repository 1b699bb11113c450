import type { Installation, Keys } from './installation.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
type Loose = any

/** Calls of operations by name, with the official client of a service. */
export const namedCalls =
  (sdk: object, client: string) =>
  (at: () => { readonly house: Installation }, region?: string) =>
  (operation: string, input: object = {}, keys?: Keys): Promise<Loose> => {
    const known = sdk as Record<string, new (input: object) => never>
    const sender: { send(command: never): Promise<Loose> } = at().house.client(
      known[client]!,
      keys,
      region,
    )
    return sender.send(new known[`${operation}Command`]!(input))
  }
