import {
  A,
  every,
  identity,
  john,
  linked,
  other,
  rcp,
  scp,
  some,
  type ValidationRow,
} from './writing.test-support.ts'

export const ofOrganizations: readonly ValidationRow[] = [
  scp('SCP_SYNTAX_ERROR_PRINCIPAL', { Principal: '*' }),
  scp(
    'SCP_SYNTAX_ERROR_ACTION_WILDCARD',
    { Action: 's3:*Object' },
    'SCP actions can include wildcards (*) only at the end of a string. Update s3:*Object.',
  ),
  rcp('RCP_SYNTAX_ERROR_PRINCIPAL', { Principal: john }),
  rcp('RCP_SYNTAX_ERROR_ALLOW', { Effect: 'Allow', Resource: 'arn:aws:s3:::b' }),
  rcp('RCP_SYNTAX_ERROR_NOTACTION', other),
  rcp('RCP_SYNTAX_ERROR_ACTION', { Action: 'iam:GetRole' }),
  rcp(
    'RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY',
    { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' } } },
    /whenever a principal key aws:PrincipalOrgID is used\.$/,
  ),
  rcp(
    'RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY',
    { Condition: { StringNotEquals: { 'aws:SourceAccount': A } } },
    /whenever the key aws:SourceAccount is used\.$/,
  ),
  rcp(
    'RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK',
    { Condition: { StringNotEquals: { 'aws:SourceOrgID': 'o-aaaaaaaaaa' } } },
    /whenever the key aws:SourceOrgID is used\.$/,
  ),
]

export const ofRoles: readonly ValidationRow[] = [
  identity('PASS_ROLE_WITH_STAR_IN_RESOURCE', every),
  identity('PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE', { ...every, Action: 'iam:*' }),
  identity('PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION', { ...other, Resource: '*' }),
  identity('PASS_ROLE_WITH_NOT_RESOURCE', { ...every, ...some }),
  identity('PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE', { Action: 'iam:*', ...some }),
  identity('PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE', { ...other, ...some }),
  identity('CREATE_SLR_WITH_STAR_IN_RESOURCE', linked),
  identity('CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE', { ...linked, Action: 'iam:Create*' }),
  identity('CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION', { ...other, Resource: '*' }),
  identity('CREATE_SLR_WITH_NOT_RESOURCE', { ...linked, ...some }),
  identity('CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE', { Action: 'iam:Create*', ...some }),
  identity('CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE', { ...other, ...some }),
]
