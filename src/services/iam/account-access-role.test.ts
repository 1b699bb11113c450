import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam'
import { type Installation, install } from '../../../test/installation.ts'

let house: Installation
before(async () => {
  house = await install('--auth', 'open')
})
after(() => house.close())

const account = '901234567890'
const iam = () => house.as({ accessKeyId: account, secretAccessKey: 'any' }).iam

/** Tells the fact in the management account, as organizations do, and waits until it was heard. */
async function tell(roleName: string): Promise<void> {
  const teller = { account: '112233445566', region: 'us-east-1' }
  const detail = {
    account,
    roleName,
    managementAccount: teller.account,
    requestId: 'car-none',
    organizationId: 'o-none',
  }
  await house.app.store
    .storeFor(teller)
    .transaction(async (tx) => tx.emit({ type: 'organizations.AccountCreated', account, detail }))
  for (;;) {
    const { Roles } = await iam().send(new ListRolesCommand())
    if (Roles!.some(({ RoleName }) => RoleName === roleName)) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a new account has one role that trusts its management account with everything', async () => {
  await tell('Access')
  // The second fact makes the second role only after what the first one told again has been heard.
  await tell('Access')
  await tell('Other')
  const { Roles } = await iam().send(new ListRolesCommand())
  assert.deepEqual(
    Roles!.map(({ RoleName }) => RoleName),
    ['Access', 'Other'],
  )
  const { Role } = await iam().send(new GetRoleCommand({ RoleName: 'Access' }))
  assert.equal(Role!.Arn, `arn:aws:iam::${account}:role/Access`)
  assert.match(decodeURIComponent(Role!.AssumeRolePolicyDocument!), /iam::112233445566:root/)
  const { AttachedPolicies } = await iam().send(
    new ListAttachedRolePoliciesCommand({ RoleName: 'Access' }),
  )
  assert.equal(AttachedPolicies![0]!.PolicyArn, 'arn:aws:iam::aws:policy/AdministratorAccess')
})
