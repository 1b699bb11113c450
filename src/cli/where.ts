import { argumentsOf } from './administration-client.ts'
import { type Command, Complaint } from './command.ts'
import { operationFiles, sourceIsHere } from './operation-files.ts'

export const command: Command = {
  name: 'where',
  summary: 'tell which file answers an operation',
  help: `sallyport where <service> [<Operation>]: the file that answers, or why it is not there yet

  sallyport where iam CreateUser
  sallyport where sts
  sallyport where iam create-user
`,
  async run(args, terminal) {
    const { positionals } = argumentsOf(args, {})
    const [service, wanted] = positionals
    if (service === undefined)
      throw new Complaint('which service?', 'sallyport where iam CreateUser')
    if (!sourceIsHere)
      throw new Complaint(
        'this package carries no source',
        'see docs/operations.md in the repository',
      )
    const files = operationFiles(service)
    if (files === undefined)
      throw new Complaint(`there is no service "${service}" here`, 'see docs/operations.md')
    const plain = (name: string) => name.toLowerCase().replaceAll('-', '')
    const found = [...files.handled].filter(
      ([name]) => wanted === undefined || plain(name) === plain(wanted),
    )
    for (const [name, { file, line }] of found)
      terminal.out(
        wanted === undefined ? `${name.padEnd(40)} ${file}:${line}\n` : `${file}:${line}\n`,
      )
    if (found.length > 0) return 0
    throw new Complaint(
      `${service} ${wanted} is not there yet: ${files.notYet(wanted!) ?? 'AWS has no such operation'}`,
      `sallyport where ${service}`,
    )
  },
}
