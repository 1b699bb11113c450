import type { Shape } from '../schema/shape.ts'

/** Deepest nesting of a message. AWS refuses much earlier; the stack is safe far beyond. */
export const MAX_DEPTH = 100

/**
 * Compiles shapes into closures, each shape once. A shape that contains itself meets a stand-in
 * that looks the finished closure up when it is first called.
 */
export function memoized<A extends readonly unknown[], R>(
  build: (shape: Shape, compile: (shape: Shape) => (...args: A) => R) => (...args: A) => R,
): (shape: Shape) => (...args: A) => R {
  const done = new WeakMap<Shape, (...args: A) => R>()
  const pending = new Set<Shape>()
  const compile = (shape: Shape): ((...args: A) => R) => {
    const known = done.get(shape)
    if (known) return known
    if (pending.has(shape)) return (...args) => done.get(shape)!(...args)
    pending.add(shape)
    const made = build(shape, compile)
    pending.delete(shape)
    done.set(shape, made)
    return made
  }
  return compile
}

/** Writes one entry of a map whose keys a stranger chose: `__proto__` is a key like any other. */
export function put(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  } else map[key] = value
}
