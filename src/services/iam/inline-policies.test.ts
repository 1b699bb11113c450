import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, allow, openAccount, policy, trusting } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
  await account.iam('CreateUser', { UserName: 'h' })
  await account.iam('CreateGroup', { GroupName: 'h' })
  await account.iam('CreateRole', { RoleName: 'h', AssumeRolePolicyDocument: trusting('*') })
})
after(() => account.close())

for (const [kind, quota] of [
  ['User', 2_048],
  ['Group', 5_120],
  ['Role', 10_240],
] as const) {
  const who = { [`${kind}Name`]: 'h' }
  const type = kind.toLowerCase()

  test(`inline policies of a ${type}: put, get encoded, list, replace, delete`, async () => {
    const PolicyDocument = `{ "Version": "2012-10-17", "Statement": [\n${JSON.stringify(allow('s3:*'))}] }`
    await account.iam(`Put${kind}Policy`, { ...who, PolicyName: 'one', PolicyDocument })
    const { text } = await account.raw('iam', `Get${kind}Policy`, { ...who, PolicyName: 'one' })
    const sent = /<PolicyDocument>(.*?)</.exec(text)![1]!
    assert.ok(
      sent.includes('%20') && sent.includes('%0A') && !sent.includes('+') && !sent.includes('*'),
    )
    assert.equal(decodeURIComponent(sent), PolicyDocument, 'the text as it was given')
    assert.match(text, new RegExp(`<${kind}Name>h</${kind}Name>`))
    for (const PolicyName of ['two', '__proto__', 'constructor'].filter((name) =>
      /^[\w]+$/.test(name),
    ))
      await account.iam(`Put${kind}Policy`, {
        ...who,
        PolicyName,
        PolicyDocument: policy(allow('s3:Get*')),
      })
    const first = await account.iam(`List${kind}Policies`, { ...who, MaxItems: 3 })
    const rest = await account.iam(`List${kind}Policies`, { ...who, Marker: first.Marker })
    assert.deepEqual(
      [...first.PolicyNames, ...rest.PolicyNames],
      ['__proto__', 'constructor', 'one', 'two'],
    )
    await account.iam(`Delete${kind}Policy`, { ...who, PolicyName: '__proto__' })
    const gone = `The ${type} policy with name __proto__ cannot be found.`
    for (const operation of [`Get${kind}Policy`, `Delete${kind}Policy`])
      await account.refuses(
        ['iam', operation, { ...who, PolicyName: '__proto__' }],
        'NoSuchEntity',
        404,
        gone,
      )
    await account.refuses(
      ['iam', `Put${kind}Policy`, { ...who, PolicyName: 'bad', PolicyDocument: '{"a":' }],
      'MalformedPolicyDocument',
      400,
      /./,
    )
  })

  test(`all inline policies of a ${type} together have ${quota} characters`, async () => {
    const long = (length: number) => policy(allow('s3:*', `arn:aws:s3:::${'x'.repeat(length)}`))
    const put = (PolicyName: string, length: number) =>
      ['iam', `Put${kind}Policy`, { ...who, PolicyName, PolicyDocument: long(length) }] as const
    const half = Math.floor(quota / 2)
    assert.equal((await account.raw(...put('half', half))).status, 200)
    await account.refuses(
      put('other-half', half),
      'LimitExceeded',
      409,
      `Maximum policy size of ${quota} bytes exceeded for ${type} h`,
    )
    assert.equal((await account.raw(...put('half', half + 10))).status, 200, 'replaced, not added')
  })
}
