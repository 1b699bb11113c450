import { services } from '../services/index.ts'
import { argumentsOf, connectionFlags } from './administration-client.ts'
import { type Command, Complaint, Misunderstanding } from './command.ts'
import { operationFiles, sourceIsHere } from './operation-files.ts'

export const command: Command = {
  name: 'where',
  summary: 'tell which file answers an operation',
  help: `sallyport where <service> [<Operation>]: the file that answers, or why it is not there yet

  sallyport where iam CreateUser
  sallyport where sts
  sallyport where iam create-user

  --json                JSON for programs
`,
  async run(args, terminal) {
    const { json } = connectionFlags
    const { values, positionals } = argumentsOf(args, { json }, ['service', 'operation'])
    const [service, wanted] = positionals
    if (service === undefined)
      throw new Misunderstanding('which service?', 'sallyport where iam CreateUser')
    if (!sourceIsHere)
      throw new Complaint(
        'this package carries no source',
        'see docs/operations.md in the repository',
      )
    const files = operationFiles(service)
    if (files === undefined)
      throw new Complaint(
        `there is no service "${service}" here`,
        `it has ${services.map(({ name }) => name).join(', ')}`,
      )
    const found = [...files.handled].filter(
      ([name]) => wanted === undefined || plain(name) === plain(wanted),
    )
    if (found.length === 0) {
      const name = await officialName(service, wanted!)
      throw new Complaint(
        name === undefined
          ? `AWS's ${service} has no operation ${wanted}`
          : `${service} ${name} is not there yet: ${files.notYet(name)}`,
        `sallyport where ${service}`,
      )
    }
    if (values.json)
      terminal.out(`${JSON.stringify(found.map(([operation, at]) => ({ operation, ...at })))}\n`)
    else
      for (const [name, { file, line }] of found)
        terminal.out(
          wanted === undefined ? `${name.padEnd(40)} ${file}:${line}\n` : `${file}:${line}\n`,
        )
    return 0
  },
}

/** `create-user` and `CreateUser` are the same operation. */
const plain = (name: string): string => name.toLowerCase().replaceAll('-', '')

/** AWS's spelling of an operation, or undefined when AWS has none of that name. */
async function officialName(service: string, wanted: string): Promise<string | undefined> {
  const entry = services.find(({ name }) => name === service)
  const contract = await (await entry?.load())?.contract()
  return Object.keys(contract ?? {})
    .map((name) => /^(\w+)Command$/.exec(name)?.[1])
    .find((name) => name !== undefined && plain(name) === plain(wanted))
}
