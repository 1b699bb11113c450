import {
  administration,
  argumentsOf,
  connectionFlags,
  connectionHelp,
} from './administration-client.ts'
import { type Command, Complaint, Misunderstanding } from './command.ts'
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
    const { values, positionals } = argumentsOf(args, connectionFlags, ['request-id'])
    const [requestId] = positionals
    if (requestId === undefined)
      throw new Misunderstanding('which request?', 'sallyport why <request-id>')
    const path = `why/${encodeURIComponent(requestId)}`
    const why = (await administration(values, 'GET', path).catch(unknownRequest)) as Why
    if (values.json) terminal.out(`${JSON.stringify(why, null, 2)}\n`)
    else terminal.out(explanationText(why, terminal.interactive))
    return 0
  },
}

function unknownRequest(error: unknown): never {
  if (error instanceof Complaint && error.next === undefined)
    throw new Complaint(
      error.message,
      'aws cloudtrail lookup-events shows the requestID of each call',
    )
  throw error
}
