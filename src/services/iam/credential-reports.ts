import { fail, operation } from './contract.ts'
import { credentialReport } from './credential-report.ts'
import { credentialReports } from './credential-report-records.ts'

/** Milliseconds for which a report is the newest that there can be. */
const freshness = 4 * 3_600_000

const onAccount = { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] } as const

export const GenerateCredentialReport = operation('GenerateCredentialReport', {
  access: onAccount,
  async handle(_input, ctx) {
    const now = ctx.now()
    const last = await ctx.store.of(credentialReports).get(['report'])
    if (last !== undefined && now.getTime() - last.generatedAt.getTime() < freshness)
      return { State: 'COMPLETE' as const }
    const content = new TextEncoder().encode(await credentialReport(ctx))
    await ctx.store.transaction((tx) => tx.of(credentialReports).put({ generatedAt: now, content }))
    return {
      State: 'STARTED' as const,
      Description: 'No report exists. Starting a new report generation task',
    }
  },
})

export const GetCredentialReport = operation('GetCredentialReport', {
  access: onAccount,
  async handle(_input, ctx) {
    const report = await ctx.store.of(credentialReports).get(['report'])
    if (report === undefined) throw fail('CredentialReportNotPresentException', 'No report exists.')
    if (ctx.now().getTime() - report.generatedAt.getTime() >= freshness)
      throw fail(
        'CredentialReportExpiredException',
        'The most recent credential report has expired. Generate a new one.',
      )
    return {
      Content: report.content,
      ReportFormat: 'text/csv' as const,
      GeneratedTime: report.generatedAt,
    }
  },
})
