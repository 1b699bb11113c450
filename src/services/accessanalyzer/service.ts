import { defineService } from '../../kernel/service.ts'
import * as accessPreviews from './access-previews.ts'
import * as analyzedResources from './analyzed-resources.ts'
import * as analyzers from './analyzers.ts'
import * as archiveRules from './archive-rules.ts'
import { CheckAccessNotGranted } from './checks/CheckAccessNotGranted.ts'
import { CheckNoNewAccess } from './checks/CheckNoNewAccess.ts'
import { CheckNoPublicAccess } from './checks/CheckNoPublicAccess.ts'
import { ValidatePolicy } from './checks/ValidatePolicy.ts'
import type { C } from './contract.ts'
import * as findings from './findings.ts'
import * as policyGenerations from './policy-generations.ts'
import * as recommendations from './recommendations.ts'
import { invalidInput } from './refusals.ts'
import { forget, scan } from './scans.ts'
import * as statistics from './statistics.ts'
import * as tagging from './tagging.ts'

/** IAM Access Analyzer, API version 2019-11-01. */
export const service = defineService<C>()({
  name: 'accessanalyzer',
  contract: () => import('@aws-sdk/client-accessanalyzer'),
  operations: {
    ApplyArchiveRule: archiveRules.ApplyArchiveRule,
    CancelPolicyGeneration: policyGenerations.CancelPolicyGeneration,
    CheckAccessNotGranted,
    CheckNoNewAccess,
    CheckNoPublicAccess,
    CreateAccessPreview: accessPreviews.CreateAccessPreview,
    CreateAnalyzer: analyzers.CreateAnalyzer,
    CreateArchiveRule: archiveRules.CreateArchiveRule,
    DeleteAnalyzer: analyzers.DeleteAnalyzer,
    DeleteArchiveRule: archiveRules.DeleteArchiveRule,
    GenerateFindingRecommendation: recommendations.GenerateFindingRecommendation,
    GetAccessPreview: accessPreviews.GetAccessPreview,
    GetAnalyzedResource: analyzedResources.GetAnalyzedResource,
    GetAnalyzer: analyzers.GetAnalyzer,
    GetArchiveRule: archiveRules.GetArchiveRule,
    GetFinding: findings.GetFinding,
    GetFindingRecommendation: recommendations.GetFindingRecommendation,
    GetFindingsStatistics: statistics.GetFindingsStatistics,
    GetFindingV2: findings.GetFindingV2,
    GetGeneratedPolicy: policyGenerations.GetGeneratedPolicy,
    ListAccessPreviewFindings: accessPreviews.ListAccessPreviewFindings,
    ListAccessPreviews: accessPreviews.ListAccessPreviews,
    ListAnalyzedResources: analyzedResources.ListAnalyzedResources,
    ListAnalyzers: analyzers.ListAnalyzers,
    ListArchiveRules: archiveRules.ListArchiveRules,
    ListFindings: findings.ListFindings,
    ListFindingsV2: findings.ListFindingsV2,
    ListPolicyGenerations: policyGenerations.ListPolicyGenerations,
    ListTagsForResource: tagging.ListTagsForResource,
    StartPolicyGeneration: policyGenerations.StartPolicyGeneration,
    StartResourceScan: analyzedResources.StartResourceScan,
    TagResource: tagging.TagResource,
    UntagResource: tagging.UntagResource,
    UpdateAnalyzer: analyzers.UpdateAnalyzer,
    UpdateArchiveRule: archiveRules.UpdateArchiveRule,
    UpdateFindings: findings.UpdateFindings,
    ValidatePolicy,
  },
  notYet: {
    CreateServiceLinkedAnalyzer: 'AWS services call it for themselves; none here does yet',
    DeleteServiceLinkedAnalyzer: 'AWS services call it for themselves; none here does yet',
  },
  jobs: {
    'accessanalyzer.Scan': scan,
    'accessanalyzer.Forget': forget,
    'accessanalyzer.ForgetPreview': accessPreviews.forgetPreview,
    'accessanalyzer.GeneratePolicy': policyGenerations.generatePolicy,
    'accessanalyzer.ForgetGeneration': policyGenerations.forgetGeneration,
  },
  invalid: invalidInput,
  secrets: ['existingPolicyDocument', 'newPolicyDocument', 'policyDocument'],
})
