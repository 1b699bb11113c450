import { samlIdp } from '../saml-idp.ts'
import { arn, blue, type Making, type World } from './authorization-rows.ts'

/** Rows for identity providers, and for what an account has switched on. */

const idp = samlIdp()

const oidc = (w: World): string => arn(w, 'oidc-provider/id.example.com')
const saml = (w: World): string => arn(w, 'saml-provider/corp')

const newOidc = (w: World) =>
  w.send('CreateOpenIDConnectProvider', {
    Url: 'https://id.example.com',
    ClientIDList: ['a', 'b'],
    Tags: blue,
  })

const newSaml = (w: World) =>
  w.send('CreateSAMLProvider', {
    Name: 'corp',
    SAMLMetadataDocument: idp.metadata,
    Tags: blue,
  })

const onOidc = (operation: string, more: object = {}): [string, Making] => [
  operation,
  async (w) => {
    await newOidc(w)
    return {
      input: { OpenIDConnectProviderArn: oidc(w), ...more },
      decides: [[`iam:${operation}`, oidc(w)]],
      tagged: true,
    }
  },
]

const onSaml = (operation: string, more: object = {}): [string, Making] => [
  operation,
  async (w) => {
    await newSaml(w)
    return {
      input: { SAMLProviderArn: saml(w), ...more },
      decides: [[`iam:${operation}`, saml(w)]],
      tagged: true,
    }
  },
]

const creating = (
  operation: string,
  tag: string,
  input: object,
  path: string,
): [string, Making] => [
  operation,
  (w) => ({
    input: { ...input, Tags: blue },
    decides: [
      [`iam:${operation}`, arn(w, path)],
      [tag, arn(w, path)],
    ],
  }),
]

const onAccount = (
  operation: string,
  input: object = {},
  prepare: (w: World) => unknown = () => undefined,
): [string, Making] => [
  operation,
  async (w) => {
    await prepare(w)
    return {
      input: input as Record<string, unknown>,
      decides: [[`iam:${operation}`, '*']],
    }
  },
]

/** The account manages an organization in which IAM may work. */
async function manages(w: World): Promise<void> {
  await w.organize('CreateOrganization', {})
  await w.organize('EnableAWSServiceAccess', { ServicePrincipal: 'iam.amazonaws.com' })
}

/** A member account of that organization. */
async function newMember(w: World): Promise<string> {
  const Email = `${w.account}@example.com`
  const { CreateAccountStatus } = await w.organize('CreateAccount', { Email, AccountName: 'm' })
  const CreateAccountRequestId = CreateAccountStatus.Id
  for (;;) {
    const told = await w.organize('DescribeCreateAccountStatus', { CreateAccountRequestId })
    const { State, AccountId } = told.CreateAccountStatus
    if (State === 'SUCCEEDED') return AccountId
    await new Promise((next) => setTimeout(next, 5))
  }
}

export const federationRows = new Map<string, Making>([
  creating(
    'CreateOpenIDConnectProvider',
    'iam:TagOpenIDConnectProvider',
    { Url: 'https://id.example.com', ThumbprintList: ['a'.repeat(40)] },
    'oidc-provider/id.example.com',
  ),
  onOidc('GetOpenIDConnectProvider'),
  onOidc('DeleteOpenIDConnectProvider'),
  onOidc('AddClientIDToOpenIDConnectProvider', { ClientID: 'c' }),
  onOidc('RemoveClientIDFromOpenIDConnectProvider', { ClientID: 'a' }),
  onOidc('UpdateOpenIDConnectProviderThumbprint', { ThumbprintList: ['a'.repeat(40)] }),
  onOidc('ListOpenIDConnectProviderTags'),
  onOidc('UntagOpenIDConnectProvider', { TagKeys: ['other'] }),
  onOidc('TagOpenIDConnectProvider', { Tags: [{ Key: 'a', Value: 'b' }] }),
  onAccount('ListOpenIDConnectProviders', {}, newOidc),
  creating(
    'CreateSAMLProvider',
    'iam:TagSAMLProvider',
    { Name: 'corp', SAMLMetadataDocument: idp.metadata },
    'saml-provider/corp',
  ),
  onSaml('GetSAMLProvider'),
  onSaml('DeleteSAMLProvider'),
  onSaml('UpdateSAMLProvider', { SAMLMetadataDocument: idp.metadata }),
  onSaml('ListSAMLProviderTags'),
  onSaml('UntagSAMLProvider', { TagKeys: ['other'] }),
  onSaml('TagSAMLProvider', { Tags: [{ Key: 'a', Value: 'b' }] }),
  onAccount('ListSAMLProviders', {}, newSaml),
  onAccount('SetSecurityTokenServicePreferences', { GlobalEndpointTokenVersion: 'v2Token' }),
  onAccount('EnableOutboundWebIdentityFederation'),
  onAccount('DisableOutboundWebIdentityFederation', {}, (w) =>
    w.send('EnableOutboundWebIdentityFederation', {}),
  ),
  onAccount('GetOutboundWebIdentityFederationInfo', {}, (w) =>
    w.send('EnableOutboundWebIdentityFederation', {}),
  ),
  onAccount('EnableOrganizationsRootSessions', {}, manages),
  onAccount('DisableOrganizationsRootSessions', {}, manages),
  onAccount('EnableOrganizationsRootCredentialsManagement', {}, manages),
  onAccount('DisableOrganizationsRootCredentialsManagement', {}, manages),
  onAccount('ListOrganizationsFeatures', {}, manages),
])

const task = 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials'

export const federationStsRows = new Map<string, Making>([
  [
    'AssumeRoleWithSAML',
    (w) => ({
      input: { RoleArn: arn(w, 'role/r'), PrincipalArn: saml(w), SAMLAssertion: 'bm90aGluZw==' },
      decides: [],
      credential: true,
    }),
  ],
  [
    'AssumeRoleWithWebIdentity',
    (w) => ({
      input: {
        RoleArn: arn(w, 'role/r'),
        RoleSessionName: 'session',
        WebIdentityToken: 'eyJhbGciOiJub25lIn0.e30.',
      },
      decides: [],
      credential: true,
    }),
  ],
  [
    'AssumeRoot',
    async (w) => {
      await manages(w)
      const member = await newMember(w)
      await w.send('EnableOrganizationsRootCredentialsManagement', {})
      return {
        input: { TargetPrincipal: member, TaskPolicyArn: { arn: task } },
        decides: [['sts:AssumeRoot', `arn:aws:iam::${member}:root`]],
        anyAccount: true,
      }
    },
  ],
  [
    'GetWebIdentityToken',
    async (w) => {
      await w.send('EnableOutboundWebIdentityFederation', {})
      return {
        input: {
          Audience: ['a'],
          SigningAlgorithm: 'ES384',
          Tags: [{ Key: 'a', Value: 'b' }],
        },
        decides: [
          ['sts:GetWebIdentityToken', '*'],
          ['sts:TagGetWebIdentityToken', '*'],
        ],
      }
    },
  ],
])
