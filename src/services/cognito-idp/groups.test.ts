import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
let UserPoolId: string
before(async () => {
  cognito = await installCognito()
  UserPoolId = await newPool(cognito)
})
after(() => cognito.close())

test('groups are made, changed, listed and deleted with their memberships', async () => {
  const { idp } = cognito
  const GroupName = 'readers'
  const { Group } = await idp.createGroup({ UserPoolId, GroupName, Precedence: 2 })
  assert.equal(Group!.Precedence, 2)
  await assert.rejects(
    idp.createGroup({ UserPoolId, GroupName }),
    refused('GroupExistsException', 'A group with the name already exists.'),
  )
  await idp.updateGroup({ UserPoolId, GroupName, Description: 'who read' })
  const told = await idp.getGroup({ UserPoolId, GroupName })
  assert.equal(told.Group!.Description, 'who read')
  assert.equal(told.Group!.Precedence, 2)

  for (const Username of ['a', 'b']) {
    await idp.adminCreateUser({ UserPoolId, Username, MessageAction: 'SUPPRESS' })
    await idp.adminAddUserToGroup({ UserPoolId, Username, GroupName })
  }
  const members = await idp.listUsersInGroup({ UserPoolId, GroupName })
  assert.deepEqual(members.Users!.map(({ Username }) => Username).sort(), ['a', 'b'])
  const of = await idp.adminListGroupsForUser({ UserPoolId, Username: 'a' })
  assert.deepEqual(
    of.Groups!.map((group) => group.GroupName),
    [GroupName],
  )
  await idp.adminRemoveUserFromGroup({ UserPoolId, Username: 'a', GroupName })
  await idp.deleteGroup({ UserPoolId, GroupName })
  const left = await idp.adminListGroupsForUser({ UserPoolId, Username: 'b' })
  assert.deepEqual(left.Groups, [])
  assert.deepEqual((await idp.listGroups({ UserPoolId })).Groups, [])
  await assert.rejects(
    idp.adminAddUserToGroup({ UserPoolId, Username: 'b', GroupName }),
    refused('ResourceNotFoundException', 'Group not found.'),
  )
})
