/**
 * Types read off an official SDK client module (`typeof import('@aws-sdk/client-sts')`).
 * Nothing is generated and nothing is copied: an SDK upgrade that adds an operation does not
 * compile until somebody decides about it.
 */

type AnyCommand = new (input: never) => { readonly input: unknown }

/** Every operation that the client knows: 'AssumeRole', 'GetCallerIdentity', ... */
export type OperationName<C> = keyof C extends infer K
  ? K extends `${infer Op}Command`
    ? K extends keyof C
      ? C[K] extends AnyCommand
        ? Op
        : never
      : never
    : never
  : never

type CommandOf<C, Op extends string> = `${Op}Command` extends keyof C ? C[`${Op}Command`] : never

type CommandResult<T> = T extends {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer O }>
}
  ? O
  : never

type Leaf = string | number | bigint | boolean | Date | Uint8Array | null | undefined

/**
 * A shape after validation: members that the model requires are there. (The clients type a
 * required member as `T | undefined`, because they do not validate; `wire/validate` does.)
 */
export type Validated<T> = T extends Leaf | AsyncIterable<Uint8Array>
  ? T
  : T extends readonly (infer E)[]
    ? readonly Validated<NonNullable<E>>[]
    : T extends object
      ? {
          readonly [K in keyof T]: string extends K
            ? Validated<NonNullable<T[K]>>
            : Record<never, never> extends Pick<T, K>
              ? Validated<StreamOr<T[K]>> | undefined
              : Validated<NonNullable<StreamOr<T[K]>>>
        }
      : T

/**
 * Streaming members are async iterables with back-pressure: the clients take any kind of stream
 * for one, and give one that can be transformed.
 */
type StreamOr<T> = [NonNullable<T>] extends [never]
  ? T
  : // Structures without required members take anything, and are no streams.
    Record<never, never> extends NonNullable<T>
    ? T
    : ReadableStream extends T
      ? AsyncIterable<Uint8Array>
      : NonNullable<T> extends { transformToByteArray(): unknown }
        ? AsyncIterable<Uint8Array> | Extract<T, undefined>
        : T

/** What a handler of the operation receives. */
export type Input<C, Op extends string> =
  CommandOf<C, Op> extends new (...a: infer A) => unknown ? Validated<SoleArgument<A>> : never

/** Commands without required members declare `[] | [input]`. */
type SoleArgument<A> = A extends [infer I] ? I : never

/** What a handler of the operation returns. */
export type Output<C, Op extends string> =
  CommandOf<C, Op> extends new (
    ...a: never[]
  ) => infer T
    ? { [K in keyof Omit<CommandResult<T>, '$metadata'>]: StreamOr<CommandResult<T>[K]> }
    : never

/** Every error that the model names: 'NoSuchEntityException', ... */
export type ErrorName<C> = {
  [K in keyof C]: C[K] extends new (
    o: never,
  ) => { readonly $fault: 'client' | 'server'; name: infer N }
    ? string extends N
      ? never
      : K
    : never
}[keyof C] &
  string
