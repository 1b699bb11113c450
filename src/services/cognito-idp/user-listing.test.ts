import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

const make = (UserPoolId: string, Username: string, attributes: Record<string, string> = {}) =>
  cognito.idp.adminCreateUser({
    UserPoolId,
    Username,
    MessageAction: 'SUPPRESS',
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  })

async function found(UserPoolId: string, Filter: string): Promise<string[]> {
  const { Users } = await cognito.idp.listUsers({ UserPoolId, Filter })
  return Users!.map(({ Username }) => Username!).toSorted()
}

test('searches do not tell capitals apart, but in names of users and in status', async () => {
  const UserPoolId = await newPool(cognito)
  await make(UserPoolId, 'Ada', { email: 'Ada@Example.com', family_name: 'Lovelace' })
  await make(UserPoolId, 'ada', { email: 'other@example.com', family_name: 'O"Neil \\ Co' })
  for (const [filter, names] of [
    ['email = "ada@example.COM"', ['Ada']],
    ['email ^= "ADA@exam"', ['Ada']],
    ['family_name ^= "LOVELACE"', ['Ada']],
    ['username = "ada"', ['ada']],
    ['username ^= "A"', ['Ada']],
    ['"username" = "Ada"', ['Ada']],
    ['family_name = "o\\"neil \\\\ co"', ['ada']],
    ['family_name ^= "O\\""', ['ada']],
    ['cognito:user_status = "force_change_password"', ['Ada', 'ada']],
    ['cognito:user_status ^= "force"', ['Ada', 'ada']],
    ['status = "Enabled"', ['Ada', 'ada']],
    ['status = "enabled"', []],
    ['phone_number = ""', []],
    ['phone_number ^= ""', []],
    ['', ['Ada', 'ada']],
  ] as const)
    assert.deepEqual(await found(UserPoolId, filter), names, filter)
  for (const filter of ['email', 'email = ada', 'email == "a"', 'email = "a" and name = "b"'])
    await assert.rejects(
      found(UserPoolId, filter),
      refused('InvalidParameterException', 'Error while parsing filter.'),
    )
  await assert.rejects(
    found(UserPoolId, 'custom:team = "a"'),
    refused('InvalidParameterException', 'Invalid search attribute: custom:team'),
  )
})

test('pages go on where they were, whoever comes or goes between them', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const names = Array.from({ length: 30 }, (_, i) => `user-${i}`)
  for (const name of names) await make(UserPoolId, name, { given_name: 'Ada' })
  for (const Filter of [undefined, 'given_name = "ada"']) {
    const seen: string[] = []
    let PaginationToken: string | undefined
    let round = 0
    do {
      const page = await idp.listUsers({ UserPoolId, Filter, Limit: 7, PaginationToken })
      seen.push(...page.Users!.map(({ Username }) => Username!))
      PaginationToken = page.PaginationToken
      // The last one told is gone when its mark is used, and others have come.
      if (PaginationToken !== undefined) {
        const last = seen.at(-1)!
        await idp.adminDeleteUser({ UserPoolId, Username: last })
        await make(UserPoolId, `late-${Filter ?? ''}-${round++}`.replace(/\W/g, '-'))
        await make(UserPoolId, last, { given_name: 'Ada' })
      }
    } while (PaginationToken !== undefined)
    const told = new Set(seen)
    for (const name of names) assert.ok(told.has(name), `${name} was left out`)
  }
  const { PaginationToken } = await idp.listUsers({ UserPoolId, Limit: 1 })
  await assert.rejects(
    idp.listUsers({ UserPoolId, Limit: 1, Filter: 'email = "a"', PaginationToken }),
    refused('InvalidParameterException', 'Invalid pagination token.'),
  )
})

test('AttributesToGet tells those attributes and no others', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  await make(UserPoolId, 'ada', { email: 'ada@example.com', given_name: 'Ada' })
  const { Users } = await idp.listUsers({ UserPoolId, AttributesToGet: ['given_name'] })
  assert.deepEqual(Users![0]!.Attributes, [{ Name: 'given_name', Value: 'Ada' }])
  await assert.rejects(
    idp.listUsers({ UserPoolId, AttributesToGet: ['shoe_size'] }),
    refused('InvalidParameterException', /do not exist in user pool/),
  )
})
