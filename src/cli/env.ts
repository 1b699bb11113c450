import {
  argumentsOf,
  connectionFlags,
  connectionHelp,
  credentialsOf,
  endpointOf,
} from './administration-client.ts'
import type { Command } from './command.ts'

export const command: Command = {
  name: 'env',
  summary: "print the exports that point a shell's AWS tools here",
  help: `sallyport env: exports for a shell

  eval "$(sallyport env)"
  aws sts get-caller-identity

${connectionHelp}`,
  async run(args, terminal) {
    const { values } = argumentsOf(args, connectionFlags)
    const { accessKeyId, secretAccessKey, region } = credentialsOf(values)
    const variables = {
      AWS_ENDPOINT_URL: endpointOf(values),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    }
    if (values.json) terminal.out(`${JSON.stringify(variables, null, 2)}\n`)
    else
      for (const [name, value] of Object.entries(variables))
        terminal.out(`export ${name}='${value}'\n`)
    if (terminal.interactive) terminal.err('# to use them: eval "$(sallyport env)"\n')
    return 0
  },
}
