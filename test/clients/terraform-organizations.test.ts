import assert from 'node:assert/strict'
import { test } from 'node:test'
import { samlIdp } from '../saml-idp.ts'
import { provider, withTerraform } from './terraform.ts'

/** Identity providers, exclusive attachments, a whole organization, analyzers: what Terraform knows. */

const federation = `
data "aws_caller_identity" "who" {}
resource "aws_iam_account_alias" "own" { account_alias = "terraform-suite" }
resource "aws_iam_openid_connect_provider" "ci" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
  tags            = { team = "blue" }
}
data "aws_iam_policy_document" "ci" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.ci.arn]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:org/repo:*"]
    }
  }
}
resource "aws_iam_role" "ci" {
  name                 = "ci"
  assume_role_policy   = data.aws_iam_policy_document.ci.json
  max_session_duration = 7200
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  force_detach_policies = true
}
resource "aws_iam_role_policies_exclusive" "ci" {
  role_name    = aws_iam_role.ci.name
  policy_names = []
}
resource "aws_iam_role_policy_attachments_exclusive" "ci" {
  role_name   = aws_iam_role.ci.name
  policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
}
resource "aws_iam_saml_provider" "corp" {
  name                   = "corp"
  saml_metadata_document = file("\${path.module}/metadata.xml")
}
resource "aws_iam_service_linked_role" "analyzer" {
  aws_service_name = "access-analyzer.amazonaws.com"
}
resource "aws_iam_security_token_service_preferences" "own" {
  global_endpoint_token_version = "v2Token"
}
resource "aws_iam_user" "a" {
  name          = "tf-a"
  force_destroy = true
}
resource "aws_iam_group" "g" { name = "tf-g" }
resource "aws_iam_group" "h" { name = "tf-h" }
resource "aws_iam_user_group_membership" "a" {
  user   = aws_iam_user.a.name
  groups = [aws_iam_group.g.name, aws_iam_group.h.name]
}
resource "aws_iam_group_policy" "g" {
  name   = "inline"
  group  = aws_iam_group.g.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "iam:Get*", Resource = "*" }] })
}
resource "aws_iam_policy" "p" {
  name   = "tf-p"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "iam:List*", Resource = "*" }] })
}
resource "aws_iam_policy_attachment" "p" {
  name       = "tf-p"
  policy_arn = aws_iam_policy.p.arn
  users      = [aws_iam_user.a.name]
  groups     = [aws_iam_group.h.name]
}
resource "aws_iam_user_policies_exclusive" "a" {
  user_name    = aws_iam_user.a.name
  policy_names = []
}
resource "aws_iam_group_policies_exclusive" "g" {
  group_name   = aws_iam_group.g.name
  policy_names = [aws_iam_group_policy.g.name]
}
data "aws_iam_principal_policy_simulation" "a" {
  action_names      = ["iam:ListUsers", "iam:GetUser"]
  policy_source_arn = aws_iam_user.a.arn
  depends_on        = [aws_iam_policy_attachment.p, aws_iam_group_policy.g, aws_iam_user_group_membership.a]
}
data "aws_iam_session_context" "who" { arn = data.aws_caller_identity.who.arn }
data "aws_iam_users" "all" { depends_on = [aws_iam_user.a] }
data "aws_iam_roles" "all" { depends_on = [aws_iam_role.ci] }
output "allowed" { value = data.aws_iam_principal_policy_simulation.a.all_allowed }
`

const organization = `
resource "aws_organizations_organization" "org" {
  feature_set                   = "ALL"
  aws_service_access_principals = ["iam.amazonaws.com", "access-analyzer.amazonaws.com"]
  enabled_policy_types          = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"]
}
resource "aws_organizations_organizational_unit" "team" {
  name      = "team"
  parent_id = aws_organizations_organization.org.roots[0].id
  tags      = { a = "b" }
}
resource "aws_organizations_account" "member" {
  name              = "member"
  email             = "member@example.com"
  parent_id         = aws_organizations_organizational_unit.team.id
}
resource "aws_organizations_policy" "scp" {
  depends_on = [aws_organizations_organization.org]
  name    = "no-iam"
  content = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = "iam:CreateUser", Resource = "*" }] })
}
resource "aws_organizations_policy_attachment" "scp" {
  policy_id = aws_organizations_policy.scp.id
  target_id = aws_organizations_organizational_unit.team.id
}
resource "aws_organizations_policy" "rcp" {
  name    = "only-us"
  type    = "RESOURCE_CONTROL_POLICY"
  content = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Principal = "*", Action = "sts:AssumeRole", Resource = "*", Condition = { StringNotEqualsIfExists = { "aws:PrincipalOrgID" = aws_organizations_organization.org.id }, BoolIfExists = { "aws:PrincipalIsAWSService" = "false" } } }] })
}
resource "aws_organizations_policy_attachment" "rcp" {
  policy_id = aws_organizations_policy.rcp.id
  target_id = aws_organizations_organization.org.roots[0].id
}
resource "aws_organizations_delegated_administrator" "member" {
  account_id        = aws_organizations_account.member.id
  service_principal = "access-analyzer.amazonaws.com"
}
resource "aws_organizations_resource_policy" "own" {
  content = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "a", Effect = "Allow", Principal = { AWS = aws_organizations_account.member.id }, Action = "organizations:ListAccounts", Resource = "*" }] })
}
resource "aws_iam_organizations_features" "root" {
  enabled_features = ["RootCredentialsManagement", "RootSessions"]
  depends_on       = [aws_organizations_organization.org]
}
`

const analyzers = `
resource "aws_accessanalyzer_analyzer" "own" {
  analyzer_name = "own"
  tags          = { a = "b" }
}
resource "aws_accessanalyzer_archive_rule" "own" {
  analyzer_name = aws_accessanalyzer_analyzer.own.analyzer_name
  rule_name     = "public"
  filter {
    criteria = "isPublic"
    eq       = ["false"]
  }
}
resource "aws_accessanalyzer_analyzer" "unused" {
  analyzer_name = "unused"
  type          = "ACCOUNT_UNUSED_ACCESS"
  configuration {
    unused_access { unused_access_age = 90 }
  }
}
`

test(
  'Terraform builds an organization with providers and analyzers, and takes it away',
  {
    timeout: 400_000,
  },
  (t) =>
    withTerraform(t, ['--store', 'sqlite', '--test-clock'], async (stage) => {
      const { done, noDrift, write, server } = stage
      write('main.tf', provider + federation + organization + analyzers)
      write('metadata.xml', samlIdp().metadata)
      await done('init', '-input=false')
      await done('apply', '-auto-approve', '-input=false')
      await noDrift()
      assert.equal(JSON.parse(await done('output', '-json')).allowed.value, true)
      const changed = (provider + federation + organization + analyzers)
        .replace('"sts.amazonaws.com"]', '"sts.amazonaws.com", "other"]')
        .replace('7200', '3600')
        .replace('name      = "team"', 'name      = "crew"')
        .replace('"iam:CreateUser"', '["iam:CreateUser", "iam:CreateRole"]')
        .replace('{ a = "b" }', '{ a = "c", d = "e" }')
      write('main.tf', changed)
      await done('apply', '-auto-approve', '-input=false')
      await noDrift()
      // An account that was just made may not leave yet.
      const { code } = await server.sallyport('clock', '+5d')
      assert.equal(code, 0)
      await done('destroy', '-auto-approve', '-input=false')
      t.diagnostic('34 resources were made, changed and destroyed')
    }),
)
