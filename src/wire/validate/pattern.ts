/** Compiles a pattern of the model into a matcher of the whole text. */
export function compilePattern(pattern: string): (text: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`, 'u')
  return (text) => whole.test(text)
}
