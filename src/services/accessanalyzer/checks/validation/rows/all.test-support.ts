/** Policies that show one issue each, as few others as possible. */

import { ofActions, ofResources } from './actions-and-resources.test-support.ts'
import { ofOperators } from './conditions.test-support.ts'
import { quotas, syntax } from './elements.test-support.ts'
import { ofKeys, ofValues } from './keys-and-values.test-support.ts'
import { ofOrganizations, ofRoles } from './organizations-and-roles.test-support.ts'
import { ofPrincipals, ofTrust } from './principals.test-support.ts'
import {
  A,
  address,
  bucket,
  every,
  federated,
  github,
  identity,
  rcp,
  scp,
  string,
  subject,
  trust,
  type ValidationRow,
  when,
} from './writing.test-support.ts'

/** At least one of every issue. */
export const validationRows: readonly ValidationRow[] = [
  ...syntax,
  ...quotas,
  ...ofActions,
  ...ofResources,
  ...ofPrincipals,
  ...ofTrust,
  ...ofOrganizations,
  ...ofRoles,
  ...ofOperators,
  ...ofKeys,
  ...ofValues,
]

/** Policies with which nothing is wrong. */
export const soundPolicies: readonly Omit<ValidationRow, 'code'>[] = [
  identity('INVALID_ACTION', {}),
  identity('INVALID_ACTION', {
    Action: 'iam:PassRole',
    Resource: `arn:aws:iam::${A}:role/Service*`,
  }),
  when('INVALID_ACTION', string('iam:PassedToService', 'ec2.amazonaws.com'), undefined, every),
  when('INVALID_ACTION', string('s3:prefix', '${aws:username}/'), undefined, {
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::b',
  }),
  when('INVALID_ACTION', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
  when('INVALID_ACTION', address('IpAddress', '203.0.113.0/24', '2001:db8:1234:5678::/64')),
  identity('INVALID_ACTION', {
    Action: ['sqs:SendMessage', 'sqs:Receive*'],
    Resource: `arn:aws:sqs:*:${A}:*`,
  }),
  bucket('INVALID_ACTION', {
    Principal: { Service: 'logging.s3.amazonaws.com' },
    Action: 's3:PutObject',
    Condition: string('aws:SourceAccount', A),
  }),
  trust('INVALID_ACTION', {}),
  trust('INVALID_ACTION', {
    Principal: { Federated: `arn:aws:iam::${A}:saml-provider/Corp` },
    Action: 'sts:AssumeRoleWithSAML',
    Condition: string('SAML:aud', 'https://signin.aws.amazon.com/saml'),
  }),
  trust('INVALID_ACTION', federated(github, string(subject, 'repo:me/it:ref:refs/heads/main'))),
  scp('INVALID_ACTION', { Action: 's3:Delete*' }),
  rcp('INVALID_ACTION', { Condition: { BoolIfExists: { 'aws:SecureTransport': 'false' } } }),
]
