import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
} from './administration-client.ts'
import { type Command, Complaint } from './command.ts'
import { explanationText, type Why } from './explanation-text.ts'

export const command: Command = {
  name: 'why',
  summary: 'explain why a request was allowed or refused',
  help: `sallyport why <request-id>: which layer, policy, statement and key decided

Every answer carries its request id (x-amzn-RequestId); so does every record of the event log.

  aws iam create-user --user-name bob --debug 2>&1 | grep -i x-amzn-requestid
  aws cloudtrail lookup-events --max-results 1 --query 'Events[0].CloudTrailEvent' --output text
  sallyport why 019fb33d-4d97-78d9-be63-d5e66428e210

${connectionHelp}`,
  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, connectionFlags)
    const [requestId] = positionals
    if (requestId === undefined) throw new Complaint('which request?', 'sallyport why <request-id>')
    const path = `why/${encodeURIComponent(requestId)}`
    const why = (await administration(values, 'GET', path)) as Why
    if (values.json) terminal.out(`${JSON.stringify(why, null, 2)}\n`)
    else terminal.out(explanationText(why, terminal.interactive))
    return 0
  },
}
