import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type AccessAnalyzerClient,
  ValidatePolicyCommand,
  type ValidatePolicyCommandInput,
  type ValidatePolicyFinding,
  ValidationException,
} from '@aws-sdk/client-accessanalyzer'
import fc from 'fast-check'
import { type Installation, install } from '../../../../test/installation.ts'
import { issues } from './validation/findings.ts'
import { soundPolicies, validationRows } from './validation/rows/all.test-support.ts'
import { validate } from './validation/validation.ts'

let house: Installation
let client: AccessAnalyzerClient
before(async () => {
  house = await install()
  client = house.as().accessanalyzer
})
after(() => house.close())

const ask = (input: ValidatePolicyCommandInput) => client.send(new ValidatePolicyCommand(input))

async function found(policyDocument: string, more: Partial<ValidatePolicyCommandInput> = {}) {
  const { findings } = await ask({ policyDocument, policyType: 'IDENTITY_POLICY', ...more })
  return findings!
}

/** What the span of a finding's first place cuts out. */
function spanned(text: string, { locations }: ValidatePolicyFinding): string {
  const { start, end } = locations![0]!.span!
  return text.slice(start!.offset, end!.offset)
}

test('every issue has a row here', () => {
  const shown = new Set(validationRows.map(({ code }) => code as string))
  assert.deepEqual(
    [...issues.keys()].filter((code) => !shown.has(code)),
    [],
  )
})

for (const [index, { code, policy, type, resourceType, says }] of validationRows.entries())
  test(`${code} (${index})`, async () => {
    const findings = await found(policy, {
      policyType: type,
      validatePolicyResourceType: resourceType,
    })
    const finding = findings.find(({ issueCode }) => issueCode === code)
    const codes = findings.map(({ issueCode }) => issueCode).join()
    assert.ok(finding, codes)
    const sentence = finding.findingDetails!
    if (typeof says === 'string') assert.equal(sentence, says)
    else if (says !== undefined) assert.match(sentence, says)
    assert.doesNotMatch(sentence, /\{\{|undefined/)
    assert.equal(finding.findingType, issues.get(code)!.type)
    assert.ok(finding.locations!.length > 0)
    assert.notEqual(spanned(policy, finding), '')
  })

for (const [index, { policy, type, resourceType }] of soundPolicies.entries())
  test(`nothing is wrong with sound policy ${index}`, async () => {
    const more = { policyType: type, validatePolicyResourceType: resourceType }
    assert.deepEqual(await found(policy, more), [])
  })

test('a finding says where, in the form of the API', async () => {
  const text = `{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:GetObjekt"],
    "Resource": "arn:aws:s3:::b/\${aws:username"
  }
}`
  const [action, variable, ...rest] = await found(text)
  assert.deepEqual(rest, [])
  assert.deepEqual(action, {
    findingDetails: 'The action s3:GetObjekt does not exist. Did you mean s3:GetObject?',
    findingType: 'ERROR',
    issueCode: 'INVALID_ACTION',
    learnMoreLink:
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-action',
    locations: [
      {
        path: [{ value: 'Statement' }, { value: 'Action' }, { index: 1 }],
        span: {
          start: { line: 5, column: 31, offset: 100 },
          end: { line: 5, column: 45, offset: 114 },
        },
      },
    ],
  })
  assert.equal(text.slice(100, 114), '"s3:GetObjekt"')
  assert.deepEqual(variable!.locations![0]!.path, [
    { value: 'Statement' },
    { value: 'Resource' },
    { substring: { start: 15, length: 14 } },
  ])
  assert.equal(spanned(text, variable!), '${aws:username')
})

test('links lead to the titles of checks, where some names are one word', () => {
  const anchor = (code: string) =>
    issues.get(code)!.link.split('#access-analyzer-reference-policy-checks-')[1]
  assert.equal(
    anchor('PASS_ROLE_WITH_STAR_IN_RESOURCE'),
    'security-warning-pass-role-with-star-in-resource',
  )
  assert.equal(
    anchor('CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE'),
    'general-warning-create-slr-with-notaction-and-notresource',
  )
  assert.equal(anchor('PRIVATE_NOT_IP_ADDRESS_SUBSET'), 'suggestion-private-notipaddress-subset')
})

test('the keys of a condition are told by key', async () => {
  const Condition = { StringEquals: { 'aws:name': 'a' } }
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition }
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const [finding] = await found(text)
  assert.deepEqual(finding!.locations![0]!.path, [
    { value: 'Statement' },
    { index: 0 },
    { value: 'Condition' },
    { value: 'StringEquals' },
    { key: 'aws:name' },
  ])
  assert.equal(spanned(text, finding!), '"aws:name"')
})

test('findings come in pages, whose tokens nobody else can use', async () => {
  const policyDocument = JSON.stringify({
    Statement: [{ Effect: 'allow', Action: 'x:y', Resource: 'z', Sid: ' ' }],
  })
  const whole = await found(policyDocument)
  assert.ok(whole.length > 3)
  const collected: ValidatePolicyFinding[] = []
  let nextToken: string | undefined
  do {
    const input = {
      policyDocument,
      policyType: 'IDENTITY_POLICY',
      maxResults: 2,
      nextToken,
    } as const
    const page = await ask(input)
    assert.ok(page.findings!.length <= 2)
    collected.push(...page.findings!)
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  assert.deepEqual(collected, whole)
  const forged = { policyDocument, policyType: 'IDENTITY_POLICY', nextToken: 'x' } as const
  await assert.rejects(ask(forged), ValidationException)
})

test('what the API does not take is a validation error', async () => {
  const policyDocument = '{}'
  const rejected = (input: object) =>
    assert.rejects(
      ask({ policyDocument, policyType: 'IDENTITY_POLICY', ...input } as never),
      ValidationException,
    )
  await rejected({ policyType: 'BUCKET_POLICY' })
  await rejected({ locale: 'XX' })
  await rejected({ maxResults: 0 })
  await rejected({ validatePolicyResourceType: 'AWS::S3::Bucket' })
  await rejected({ policyType: 'RESOURCE_POLICY', validatePolicyResourceType: 'AWS::KMS::Key' })
})

test('no text makes it fail, and spans lie within the text', async () => {
  const types = ['IDENTITY_POLICY', 'RESOURCE_POLICY', 'RESOURCE_CONTROL_POLICY'] as const
  const element = fc.constantFrom('Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition')
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(element, fc.jsonValue()).map((one) => JSON.stringify({ Statement: [one] })),
    fc
      .tuple(fc.constantFrom(...validationRows), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([{ policy }, at, more]) => {
        const place = at % policy.length
        return policy.slice(0, place) + more + policy.slice(place + 1)
      }),
  )
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom(...types), async (policy, type) => {
      for (const { locations } of await validate(policy, type, undefined))
        for (const { span } of locations!) {
          assert.ok(span!.start!.offset! <= span!.end!.offset!)
          assert.ok(span!.end!.offset! <= policy.length + 1)
        }
    }),
    { numRuns: 600 },
  )
})
