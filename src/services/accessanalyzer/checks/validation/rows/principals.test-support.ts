import {
  A,
  bucket,
  federated,
  github,
  identity,
  john,
  resource,
  string,
  subject,
  trust,
  type ValidationRow,
} from './writing.test-support.ts'

export const ofPrincipals: readonly ValidationRow[] = [
  identity(
    'UNSUPPORTED_PRINCIPAL',
    { Principal: '*' },
    'The policy type IDENTITY_POLICY does not support the Principal element. Remove the Principal element.',
  ),
  resource('INVALID_PRINCIPAL_FORMAT', { Principal: A }),
  resource(
    'INVALID_PRINCIPAL_KEY',
    { Principal: { Aws: A } },
    'The principal key Aws is not valid.',
  ),
  resource(
    'UNSUPPORTED_WILDCARD_IN_PRINCIPAL',
    { Principal: { AWS: `arn:aws:iam::${A}:user/*` } },
    /with the principal key AWS\. /,
  ),
  resource(
    'INVALID_ROLE_REFERENCE',
    { Principal: { AWS: 'AROAEXAMPLEID' } },
    /the IAM role ID AROAEXAMPLEID\. /,
  ),
  resource(
    'INVALID_USER_REFERENCE',
    { Principal: { AWS: 'AIDAEXAMPLEID' } },
    /the IAM user ID AIDAEXAMPLEID\. /,
  ),
  resource('ALLOW_WITH_NOT_PRINCIPAL', { Principal: undefined, NotPrincipal: john }),
  bucket('FEDERATED_PRINCIPAL_NOT_SUPPORTED', { Principal: { Federated: 'accounts.google.com' } }),
  resource('RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL', { Principal: { Service: 'sns.amazonaws.com' } }),
  resource(
    'RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL',
    { Principal: { Service: 'ses.amazonaws.com' }, Condition: string('aws:Referer', A) },
    /the service principal ses operating on your behalf, .* instead of aws:Referer\.$/,
  ),
  resource(
    'UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL',
    {
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: string('aws:PrincipalOrgID', 'o-aaaaaaaaaa'),
    },
    /service principal: aws:PrincipalOrgID\.$/,
  ),
]

export const ofTrust: readonly ValidationRow[] = [
  trust('ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL', {
    Principal: undefined,
    NotPrincipal: john,
  }),
  trust('ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE', { Resource: '*' }),
  trust('ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL', { Principal: '*' }),
  trust('INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY', federated('nobody')),
  trust(
    'MISMATCHED_ACTION_FOR_PRINCIPAL',
    { Action: 'sts:AssumeRoleWithSAML' },
    `The sts:AssumeRoleWithSAML action is invalid with the following principal(s): ${A}. Use a SAML provider principal with the sts:AssumeRoleWithSAML action or use an OIDC provider principal with the sts:AssumeRoleWithWebIdentity action. Ensure the provider is Federated if you use either of the two options.`,
  ),
  trust('MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY', {
    Principal: { Service: 'rolesanywhere.amazonaws.com' },
  }),
  trust(
    'MISSING_ACTION_FOR_CONDITION_KEY',
    { Condition: string('sts:SourceIdentity', 'me') },
    /^The sts:SetSourceIdentity action must be in the action block to allow setting values for the condition key sts:SourceIdentity\. /,
  ),
  trust('MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL', federated('accounts.google.com')),
  trust('MISSING_GITHUB_REPO_CONDITION_KEY', federated(github)),
  trust(
    'SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED',
    federated(github, { StringLike: { [subject]: 'repo:me/*' } }),
  ),
  trust(
    'REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY',
    { Principal: { AWS: [`arn:aws:iam::${A}:role/R`, `arn:aws:sts::${A}:assumed-role/R/s`] } },
    `The assumed-role principal arn:aws:sts::${A}:assumed-role/R/s is redundant with its parent role arn:aws:iam::${A}:role/R. Remove the assumed-role principal.`,
  ),
  trust(
    'FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE',
    federated('accounts.google.com', {
      'ForAnyValue:StringEquals': { 'accounts.google.com:aud': 'a' },
    }),
  ),
  trust(
    'CONFIRM_AUDIENCE_CLAIM_TYPE',
    federated('idp.example.com', { 'ForAnyValue:StringEquals': { 'idp.example.com:aud': 'a' } }),
    'The "idp.example.com:aud" (aud) claim key identifies the recipients that the JSON web token is intended for. Because this claim is single-valued, do not use a qualifier.',
  ),
]
