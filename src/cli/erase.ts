import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
} from './administration-client.ts'
import { type Command, Misunderstanding } from './command.ts'

export const command: Command = {
  name: 'erase',
  summary: 'delete one person from a user pool, and state what was deleted',
  help: `sallyport erase --pool <id> --user <name>: deletes a user with all that belongs to it

Attributes, password, codes, devices, passkeys and sessions go at once. The statement says how many of each
there were and names the person by its id only; the event log keeps who asked.

  sallyport erase --pool us-east-1_AbCdEfGhI --user ada

${connectionHelp}`,
  async run(args, terminal) {
    const flags = {
      ...connectionFlags,
      pool: { type: 'string' },
      user: { type: 'string' },
    } as const
    const { values } = argumentsOf(args, flags)
    const { pool, user } = values
    if (pool === undefined || user === undefined)
      throw new Misunderstanding('whom?', 'sallyport erase --pool <id> --user <name>')
    const path = `erase/${encodeURIComponent(pool)}`
    const statement = await administration(values, 'POST', path, { user })
    terminal.out(`${JSON.stringify(statement, null, 2)}\n`)
    return 0
  },
}
