import assert from 'node:assert/strict'
import * as AccessAnalyzer from '@aws-sdk/client-accessanalyzer'
import * as Iam from '@aws-sdk/client-iam'
import { allow, policy } from './account.ts'
import { type Installation, installAt, type Keys, type Premises } from './installation.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
type Loose = any

/** An installation whose operations of Access Analyzer and IAM are called by name. */
export interface Analysis {
  readonly house: Installation
  /** The output of an operation of Access Analyzer, by the official client. */
  analyze(operation: string, input?: object, keys?: Keys): Promise<Loose>
  iam(operation: string, input?: object, keys?: Keys): Promise<Loose>
  /** Asserts an error by its name, and the members that it brings. */
  refuses(operation: string, input: object, name: string, members?: object): Promise<void>
  /** The ARN of a new analyzer. */
  analyzer(analyzerName: string, type?: string, more?: object): Promise<string>
  /** All findings of an analyzer, by ListFindingsV2. */
  findings(analyzerArn: string, more?: object): Promise<Loose[]>
  /** A role that this policy trusts; its ARN. */
  role(RoleName: string, AssumeRolePolicyDocument: string): Promise<string>
  /** A user with a key and an inline policy that allows these actions on everything. */
  user(UserName: string, ...actions: string[]): Promise<Keys>
  /** Moves the clock, and lets due jobs run. */
  wait(days: number): Promise<void>
  close(): Promise<void>
}

const named = (commands: object, operation: string) =>
  (commands as Record<string, new (input: object) => never>)[`${operation}Command`]!

/** The error that a call is refused with. */
export const refusal = (call: Promise<unknown>): Promise<Loose> =>
  call.then(
    () => assert.fail('it was allowed'),
    (error: unknown) => error,
  )

/** A fresh installation with a test clock. */
export async function openAnalysis(premises: Premises = {}, ...flags: string[]): Promise<Analysis> {
  const house = await installAt(premises, '--test-clock', ...flags)
  const analysis: Analysis = {
    house,
    analyze: (operation, input = {}, keys = house.admin) =>
      house.as(keys).accessanalyzer.send(new (named(AccessAnalyzer, operation))(input)),
    iam: (operation, input = {}, keys = house.admin) =>
      house.as(keys).iam.send(new (named(Iam, operation))(input)),
    async refuses(operation, input, name, members = {}) {
      const error = await refusal(analysis.analyze(operation, input))
      assert.equal(error.name, name, String(error))
      for (const [member, value] of Object.entries(members))
        assert.deepEqual(error[member], value, `${member} of ${error}`)
    },
    analyzer: async (analyzerName, type = 'ACCOUNT', more = {}) =>
      (await analysis.analyze('CreateAnalyzer', { analyzerName, type, ...more })).arn,
    findings: async (analyzerArn, more = {}) =>
      (await analysis.analyze('ListFindingsV2', { analyzerArn, ...more })).findings,
    async role(RoleName, AssumeRolePolicyDocument) {
      const { Role } = await analysis.iam('CreateRole', { RoleName, AssumeRolePolicyDocument })
      return Role.Arn
    },
    async user(UserName, ...actions) {
      await analysis.iam('CreateUser', { UserName })
      if (actions.length > 0)
        await analysis.iam('PutUserPolicy', {
          UserName,
          PolicyName: 'granted',
          PolicyDocument: policy(allow(actions)),
        })
      const { AccessKey } = await analysis.iam('CreateAccessKey', { UserName })
      return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }
    },
    async wait(days) {
      await house.ask('POST', 'clock', { body: { advanceSeconds: days * 86_400 } })
    },
    close: () => house.close(),
  }
  return analysis
}
