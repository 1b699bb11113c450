import type { ServiceEntry } from '../kernel/directory.ts'

/** Every service, one entry each; its code is loaded by its first request. */
export const services: readonly ServiceEntry[] = [
  {
    name: 'accessanalyzer',
    signingName: 'access-analyzer',
    load: async () => (await import('./accessanalyzer/service.ts')).service,
    constraints: () => import('./accessanalyzer/constraints.json', { with: { type: 'json' } }),
  },
  {
    name: 'cloudtrail',
    signingName: 'cloudtrail',
    target: 'CloudTrail_20131101',
    load: async () => (await import('./cloudtrail/service.ts')).service,
    constraints: () => import('./cloudtrail/constraints.json', { with: { type: 'json' } }),
  },
  {
    name: 'iam',
    signingName: 'iam',
    version: '2010-05-08',
    global: true,
    load: async () => (await import('./iam/service.ts')).service,
    constraints: () => import('./iam/constraints.json', { with: { type: 'json' } }),
  },
  {
    name: 'kms',
    signingName: 'kms',
    target: 'TrentService',
    pages: ['xks'],
    pagesSignedFor: 'kms-xks-proxy',
    load: async () => (await import('./kms/service.ts')).service,
    constraints: () => import('./kms/constraints.json', { with: { type: 'json' } }),
  },
  {
    name: 'lambda',
    signingName: 'lambda',
    largestBody: 75_000_000,
    load: async () => (await import('./lambda/service.ts')).service,
    constraints: () => import('./lambda/constraints.json', { with: { type: 'json' } }),
  },
  {
    name: 'logs',
    signingName: 'logs',
    target: 'Logs_20140328',
    load: async () => (await import('./logs/service.ts')).service,
    constraints: () => import('./logs/constraints.json', { with: { type: 'json' } }),
  },
  {
    name: 'organizations',
    signingName: 'organizations',
    target: 'AWSOrganizationsV20161128',
    global: true,
    load: async () => (await import('./organizations/service.ts')).service,
    constraints: () => import('./organizations/constraints.json', { with: { type: 'json' } }),
  },
  {
    name: 'signin',
    signingName: 'signin',
    pages: ['federation', 'signin', 'console'],
    load: async () => (await import('./signin/service.ts')).service,
  },
  {
    name: 'sts',
    signingName: 'sts',
    pages: ['_tokens'],
    version: '2011-06-15',
    load: async () => (await import('./sts/service.ts')).service,
    constraints: () => import('./sts/constraints.json', { with: { type: 'json' } }),
  },
  {
    name: 'cognito-idp',
    signingName: 'cognito-idp',
    target: 'AWSCognitoIdentityProviderService',
    pagesUnder: /^[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+$/,
    load: async () => (await import('./cognito-idp/service.ts')).service,
    constraints: () => import('./cognito-idp/constraints.json', { with: { type: 'json' } }),
  },
]
