/** Writes docs/operations.md: every operation of every service, and where it is answered. */
import { writeFileSync } from 'node:fs'
import { operationFiles } from '../src/cli/operation-files.ts'
import { services } from '../src/services/index.ts'
import { loadWire } from '../src/wire/wire-service.ts'

/** The whole text, made from the services themselves. */
export async function operationsText(): Promise<string> {
  const sections: string[] = []
  const summary: string[] = []
  for (const entry of services) {
    const service = await entry.load()
    const files = operationFiles(entry.name)!
    const names = [...loadWire(await service.contract()).facts.operations.keys()].sort()
    if (names.length === 0) continue
    const handled = names.filter((name) => service.operations[name] !== undefined)
    summary.push(`| [${entry.name}](#${entry.name}) | ${handled.length} | ${names.length} |`)
    const rows = names.map((name) => {
      const place = files.handled.get(name)
      if (place !== undefined) return `| ${name} | [${place.file}](../${place.file}) |`
      return `| ${name} | not yet: ${service.notYet[name] ?? service.notYet.others} |`
    })
    sections.push(`## ${entry.name}\n\n| operation | where |\n|---|---|\n${rows.join('\n')}\n`)
  }
  return `# Operations

Made by \`npm run docs\` from the services and the official SDK's contracts. An operation that is not
there yet answers a clear \`NotImplemented\` error.

| service | answered | of |
|---|--:|--:|
${summary.join('\n')}

${sections.join('\n')}`
}

if (import.meta.main) writeFileSync('docs/operations.md', await operationsText())
