import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { installAt } from '../../test/installation.ts'

test('uses that a process noted and never wrote are counted again from the event log', async () => {
  const flags = ['--store', 'sqlite']
  const first = await installAt({}, ...flags)
  const { data, admin } = first
  const { iam } = first.as()
  await iam.send(new CreateUserCommand({ UserName: 'u' }))
  await first.app.house.activity.flush()
  await iam.send(new ListUsersCommand({}))
  // The process "dies": what it noted since is never written.
  first.app.house.activity.note = () => undefined
  first.app.house.activity.stop = async () => undefined
  first.app.house.activity.flush = async () => undefined
  await first.close()

  const second = await installAt({ data, admin }, ...flags)
  const actions = await second.app.house.activity.actions('000000000000', '000000000000')
  assert.deepEqual(actions.map(({ service, action }) => `${service}:${action}`).sort(), [
    'iam:CreateUser',
    'iam:ListUsers',
  ])
  const key = await second.app.house.activity.key('000000000000', admin.accessKeyId)
  assert.equal(key?.service, 'iam')
  await second.close()
})

test('the decisions of one principal are told, newest first, with resources', async () => {
  const house = await installAt({})
  const { iam } = house.as()
  await iam.send(new CreateUserCommand({ UserName: 'u' }))
  await iam.send(new ListUsersCommand({}))
  const query = { account: '000000000000', principalId: '000000000000', from: 0, to: Infinity }
  const told: string[] = []
  for await (const { action, resource, allowed } of house.app.house.audit.decisions(query))
    told.push(`${action} ${resource} ${allowed}`)
  assert.deepEqual(told, [
    'iam:ListUsers arn:aws:iam::000000000000:user/ true',
    'iam:CreateUser arn:aws:iam::000000000000:user/u true',
  ])
  for await (const _ of house.app.house.audit.decisions({ ...query, principalId: 'AIDAX' }))
    assert.fail('nobody of that id called')
  await house.close()
})
