import assert from 'node:assert/strict'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import * as Organizations from '@aws-sdk/client-organizations'
import { type Installation, install, type Keys } from './installation.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it expects
type Loose = any

/** The operations of organizations, called by name as somebody. */
export interface Caller {
  (operation: string, input?: object): Promise<Loose>
  /** Asserts the error, and the reason that it gives where one is expected. */
  refuses(operation: string, input: object, code: string, reason?: string): Promise<void>
}

/** An installation in open mode, where every account's root may call by the account's number. */
export interface Land {
  readonly house: Installation
  as(account: string | Keys): Caller
  /** An account that founds an organization, and what its tests ask for again and again. */
  found(account: string, FeatureSet?: 'ALL' | 'CONSOLIDATED_BILLING'): Promise<Founded>
  /** Keys of a user of the account who may everything that the account may. */
  administrator(account: string): Promise<Keys>
  /** Moves the clock. */
  wait(days: number): Promise<void>
  close(): Promise<void>
}

export interface Founded extends Caller {
  readonly account: string
  readonly id: string
  readonly root: string
  /** Invites the account, which accepts. */
  admit(account: string): Promise<Caller>
  /** Creates an account and waits until it is there. */
  create(name: string, more?: object): Promise<string>
  unit(Name: string, ParentId?: string): Promise<string>
  policy(Type: string, content: object | string, Name?: string): Promise<string>
  enable(PolicyType: string): Promise<void>
  attach(PolicyId: string, TargetId: string): Promise<void>
}

export async function openLand(): Promise<Land> {
  const house = await install('--auth', 'open', '--test-clock')
  const commands = Organizations as unknown as Record<string, new (i: object) => never>
  const as = (who: string | Keys): Caller => {
    const keys = typeof who === 'string' ? { accessKeyId: who, secretAccessKey: 'any' } : who
    const client = house.as(keys).organizations as { send(command: never): Promise<Loose> }
    const call = (operation: string, input: object = {}) =>
      client.send(new commands[`${operation}Command`]!(input))
    return Object.assign(call, {
      refuses: (operation: string, input: object, code: string, reason?: string) =>
        assert.rejects(call(operation, input), (error: { name: string; Reason?: string }) => {
          assert.equal(error.name, code)
          if (reason !== undefined) assert.equal(error.Reason, reason)
          return true
        }),
    })
  }
  return {
    house,
    as,
    async found(account, FeatureSet = 'ALL') {
      const me = as(account)
      const { Organization } = await me('CreateOrganization', { FeatureSet })
      const { Roots } = await me('ListRoots')
      const root: string = Roots[0].Id
      let policies = 0
      return Object.assign(me, {
        account,
        id: Organization.Id as string,
        root,
        async admit(guest: string) {
          const { Handshake } = await me('InviteAccountToOrganization', {
            Target: { Type: 'ACCOUNT', Id: guest },
          })
          const them = as(guest)
          await them('AcceptHandshake', { HandshakeId: Handshake.Id })
          return them
        },
        async create(AccountName: string, more: object = {}) {
          const Email = `${AccountName}@${account}.example.com`
          const made = await me('CreateAccount', { AccountName, Email, ...more })
          const CreateAccountRequestId = made.CreateAccountStatus.Id
          for (;;) {
            const { CreateAccountStatus } = await me('DescribeCreateAccountStatus', {
              CreateAccountRequestId,
            })
            assert.notEqual(CreateAccountStatus.State, 'FAILED')
            if (CreateAccountStatus.State === 'SUCCEEDED') return CreateAccountStatus.AccountId
            await new Promise((resolve) => setImmediate(resolve))
          }
        },
        async unit(Name: string, ParentId = root) {
          const made = await me('CreateOrganizationalUnit', { ParentId, Name })
          return made.OrganizationalUnit.Id as string
        },
        async policy(Type: string, content: object | string, Name = `policy ${policies++}`) {
          const Content = typeof content === 'string' ? content : JSON.stringify(content)
          const made = await me('CreatePolicy', { Type, Content, Name, Description: '' })
          return made.Policy.PolicySummary.Id as string
        },
        async enable(PolicyType: string) {
          await me('EnablePolicyType', { RootId: root, PolicyType })
        },
        async attach(PolicyId: string, TargetId: string) {
          await me('AttachPolicy', { PolicyId, TargetId })
        },
      })
    },
    async administrator(account) {
      const { iam } = house.as({ accessKeyId: account, secretAccessKey: 'any' })
      const user = { UserName: 'administrator' }
      await iam.send(new CreateUserCommand(user))
      const PolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      })
      await iam.send(new PutUserPolicyCommand({ ...user, PolicyName: 'all', PolicyDocument }))
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand(user))
      return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
    },
    async wait(days) {
      await house.ask('POST', 'clock', { body: { advanceSeconds: days * 86_400 } })
    },
    close: () => house.close(),
  }
}

/** A service control policy that denies these actions. */
export const denying = (...Action: string[]): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action, Resource: '*' }],
})
