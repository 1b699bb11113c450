import { document, type Making, type Row, type World } from './authorization-rows.ts'

/** What every operation of Access Analyzer asks for. */

type Input = Row['input']
type Prepare = (w: World) => Promise<Input>

const stranger = '999988887777'
const trustingStranger = document({
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${stranger}:root` },
  Action: 'sts:AssumeRole',
})

const analyzerArn = (w: World, name = 'a'): string =>
  `arn:aws:access-analyzer:us-east-1:${w.account}:analyzer/${name}`
const ruleArn = (w: World): string => `${analyzerArn(w)}/archive-rule/x`

const filter = { isPublic: { eq: ['false'] } }
const rule = { analyzerName: 'a', ruleName: 'x', filter }

/** An analyzer `a` with the tag team=blue, and a role that trusts a stranger. */
async function analyzer(w: World, type = 'ACCOUNT'): Promise<{ analyzerArn: string }> {
  await w.analyze('CreateAnalyzer', { analyzerName: 'a', type, tags: { team: 'blue' } })
  const trust = { AssumeRolePolicyDocument: trustingStranger }
  await w.send('CreateRole', { RoleName: 'open', ...trust })
  return { analyzerArn: analyzerArn(w) }
}

const on =
  (
    operation: string,
    prepare: Prepare,
    more: Partial<Row> & { readonly action?: string } = {},
    arn = (w: World): string => analyzerArn(w),
  ): Making =>
  async (w) => {
    const { action = operation, ...rest } = more
    const input = await prepare(w)
    return {
      input,
      decides: [[`access-analyzer:${action}`, arn(w)]],
      tagged: true,
      ...rest,
    }
  }

const anywhere = (operation: string, prepare: Prepare, more: Partial<Row> = {}): Making =>
  on(operation, prepare, { tagged: false, ...more }, () => '*')

/** By ARN, with what else the input needs. */
const byArn =
  (
    more: (w: World, input: { analyzerArn: string }) => Input | Promise<Input> = () => ({}),
  ): Prepare =>
  async (w) => {
    const input = await analyzer(w)
    return { ...input, ...(await more(w, input)) }
  }

const byName: Prepare = async (w) => {
  await analyzer(w)
  return { analyzerName: 'a' }
}

const withRule: Prepare = async (w) => {
  await analyzer(w)
  await w.analyze('CreateArchiveRule', rule)
  return rule
}

const someFinding = async (w: World, input: { analyzerArn: string }): Promise<Input> => {
  const { findings } = await w.analyze('ListFindingsV2', input)
  return { id: findings[0].id }
}

const role = (w: World): string => `arn:aws:iam::${w.account}:role/open`

const preview = async (w: World, input: { analyzerArn: string }): Promise<Input> => {
  const { id } = await w.analyze('CreateAccessPreview', { ...input, ...proposal(w) })
  return { accessPreviewId: id }
}
const proposal = (w: World) => ({
  configurations: { [role(w)]: { iamRole: { trustPolicy: trustingStranger } } },
})

const generating = (w: World) => ({ policyGenerationDetails: { principalArn: role(w) } })

const generation: Prepare = async (w) => {
  await analyzer(w)
  return { jobId: (await w.analyze('StartPolicyGeneration', generating(w))).jobId }
}

const unused: Prepare = async (w) => ({
  ...(await analyzer(w, 'ACCOUNT_UNUSED_ACCESS')),
  id: 'none',
})

const tags = { resourceArn: '', tags: { more: 'x' }, tagKeys: ['team'] }
const tagging: Prepare = async (w) => ({
  ...tags,
  resourceArn: (await analyzer(w)).analyzerArn,
})

export const accessAnalyzerRows: ReadonlyMap<string, Making> = new Map([
  [
    'ApplyArchiveRule',
    on('ApplyArchiveRule', async (w) => ({ ...(await withRule(w)), analyzerArn: analyzerArn(w) })),
  ],
  ['CancelPolicyGeneration', anywhere('CancelPolicyGeneration', generation)],
  ['CreateAccessPreview', on('CreateAccessPreview', byArn(proposal))],
  [
    'CreateAnalyzer',
    on(
      'CreateAnalyzer',
      async () => ({ analyzerName: 'new', type: 'ACCOUNT' }),
      { tagged: false },
      (w) => analyzerArn(w, 'new'),
    ),
  ],
  [
    'CreateArchiveRule',
    on(
      'CreateArchiveRule',
      async (w) => ({ ...(await byName(w)), ...rule }),
      { tagged: false },
      ruleArn,
    ),
  ],
  ['DeleteAnalyzer', on('DeleteAnalyzer', byName)],
  ['DeleteArchiveRule', on('DeleteArchiveRule', withRule, { tagged: false }, ruleArn)],
  [
    'GenerateFindingRecommendation',
    on('GenerateFindingRecommendation', unused, { answers: 'ResourceNotFoundException' }),
  ],
  ['GetAccessPreview', on('GetAccessPreview', byArn(preview))],
  [
    'GetAnalyzedResource',
    on(
      'GetAnalyzedResource',
      byArn((w) => ({ resourceArn: role(w) })),
    ),
  ],
  ['GetAnalyzer', on('GetAnalyzer', byName)],
  ['GetArchiveRule', on('GetArchiveRule', withRule, { tagged: false }, ruleArn)],
  ['GetFinding', on('GetFinding', byArn(someFinding))],
  [
    'GetFindingRecommendation',
    on('GetFindingRecommendation', unused, { answers: 'ResourceNotFoundException' }),
  ],
  ['GetFindingsStatistics', on('GetFindingsStatistics', byArn())],
  ['GetFindingV2', on('GetFindingV2', byArn(someFinding), { action: 'GetFinding' })],
  ['GetGeneratedPolicy', anywhere('GetGeneratedPolicy', generation)],
  ['ListAccessPreviewFindings', on('ListAccessPreviewFindings', byArn(preview))],
  ['ListAccessPreviews', on('ListAccessPreviews', byArn(preview))],
  ['ListAnalyzedResources', on('ListAnalyzedResources', byArn())],
  ['ListAnalyzers', anywhere('ListAnalyzers', async () => ({}))],
  ['ListArchiveRules', on('ListArchiveRules', byName)],
  ['ListFindings', on('ListFindings', byArn())],
  ['ListFindingsV2', on('ListFindingsV2', byArn(), { action: 'ListFindings' })],
  ['ListPolicyGenerations', anywhere('ListPolicyGenerations', async () => ({}))],
  ['ListTagsForResource', on('ListTagsForResource', tagging)],
  [
    'StartPolicyGeneration',
    async (w) => {
      await analyzer(w)
      const accessRole = `arn:aws:iam::${w.account}:role/r`
      const trail = `arn:aws:cloudtrail:us-east-1:${w.account}:trail/t`
      const startTime = new Date(w.app.house.clock.now() - 1_000)
      const cloudTrailDetails = { accessRole, trails: [{ cloudTrailArn: trail }], startTime }
      return {
        input: { ...generating(w), cloudTrailDetails },
        decides: [
          ['access-analyzer:StartPolicyGeneration', '*'],
          ['iam:PassRole', accessRole],
        ],
        // The role is asked for its trust when the job runs.
        outlives: true,
      }
    },
  ],
  [
    'StartResourceScan',
    on(
      'StartResourceScan',
      byArn((w) => ({ resourceArn: role(w) })),
    ),
  ],
  ['TagResource', on('TagResource', tagging)],
  ['UntagResource', on('UntagResource', tagging)],
  [
    'UpdateAnalyzer',
    on('UpdateAnalyzer', async (w) => {
      await analyzer(w, 'ACCOUNT_UNUSED_ACCESS')
      return { analyzerName: 'a', configuration: { unusedAccess: { unusedAccessAge: 5 } } }
    }),
  ],
  ['UpdateArchiveRule', on('UpdateArchiveRule', withRule, { tagged: false }, ruleArn)],
  [
    'UpdateFindings',
    on(
      'UpdateFindings',
      byArn((w) => ({ resourceArn: role(w), status: 'ARCHIVED' })),
    ),
  ],
])
