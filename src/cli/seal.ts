import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
} from './administration-client.ts'
import type { Command } from './command.ts'

export const command: Command = {
  name: 'seal',
  summary: 'make a running installation forget its keys, until "unseal"',
  help: `sallyport seal: forgets every key and answers 503 to everything but health

What is under way is answered first. The process goes on to run; "sallyport unseal" opens it again,
and so does a new start, which reads its unseal secret. Needs sallyport:Seal.

  sallyport seal

${connectionHelp}`,
  async run(args, terminal) {
    const { values } = argumentsOf(args, connectionFlags)
    const state = await administration(values, 'POST', 'seal')
    if (values.json) terminal.out(`${JSON.stringify(state)}\n`)
    else terminal.out('sealed\n  next: "sallyport unseal" opens it again\n')
    return 0
  },
}
