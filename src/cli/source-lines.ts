import type { MatchedStatement } from '../kernel/authorization.ts'

const longestLine = 160
const mostLines = 30

const cut = (text: string): string =>
  text.length > longestLine ? `${text.slice(0, longestLine - 3)}...` : text

/**
 * The lines of a document on which a statement stands, each behind its number. A document on one
 * line shows the statement alone; long lines and long statements are cut.
 */
export function sourceLines(
  document: string,
  { start, end }: Pick<MatchedStatement, 'start' | 'end'>,
): string[] {
  const lines = document.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  // The end first: on a single line, both columns count from its beginning.
  lines[last] = lines[last]?.slice(0, end.column - 1) ?? ''
  const before = lines[0]?.slice(0, start.column - 1) ?? ''
  // What stands before the statement on its line is another's; white space keeps the indentation.
  lines[0] = `${/^\s*$/.test(before) ? before : ''}${lines[0]?.slice(start.column - 1) ?? ''}`
  const indent = Math.min(
    ...lines.filter((line) => /\S/.test(line)).map((line) => line.length - line.trimStart().length),
  )
  const width = String(end.line).length
  const shown = lines
    .slice(0, mostLines)
    .map(
      (line, at) =>
        `${String(start.line + at).padStart(width)} | ${cut(line.slice(Number.isFinite(indent) ? indent : 0).trimEnd())}`,
    )
  return lines.length > mostLines ? [...shown, `${' '.repeat(width)} | ...`] : shown
}
