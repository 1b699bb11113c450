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
resource "aws_iam_user_policy_attachments_exclusive" "a" {
  user_name   = aws_iam_user.a.name
  policy_arns = [aws_iam_policy.p.arn]
}
resource "aws_iam_group_policy_attachments_exclusive" "h" {
  group_name  = aws_iam_group.h.name
  policy_arns = [aws_iam_policy.p.arn]
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

const reading = `
data "aws_iam_access_keys" "a" { user = aws_iam_user.a.name }
data "aws_iam_account_alias" "own" { depends_on = [aws_iam_account_alias.own] }
data "aws_iam_group" "g" {
  group_name = aws_iam_group.g.name
  depends_on = [aws_iam_user_group_membership.a]
}
data "aws_iam_openid_connect_provider" "ci" { arn = aws_iam_openid_connect_provider.ci.arn }
data "aws_iam_saml_provider" "corp" { arn = aws_iam_saml_provider.corp.arn }
data "aws_iam_policy" "p" { arn = aws_iam_policy.p.arn }
data "aws_iam_policy" "named" {
  name = "ReadOnlyAccess"
}
data "aws_iam_role" "ci" { name = aws_iam_role.ci.name }
data "aws_iam_user" "a" { user_name = aws_iam_user.a.name }
data "aws_organizations_organization" "org" { depends_on = [aws_organizations_account.member] }
data "aws_organizations_organizational_units" "all" {
  parent_id  = aws_organizations_organization.org.roots[0].id
  depends_on = [aws_organizations_organizational_unit.team]
}
data "aws_organizations_organizational_unit" "team" {
  parent_id = aws_organizations_organization.org.roots[0].id
  name      = aws_organizations_organizational_unit.team.name
}
data "aws_organizations_organizational_unit_child_accounts" "team" {
  parent_id  = aws_organizations_organizational_unit.team.id
  depends_on = [aws_organizations_account.member]
}
data "aws_organizations_organizational_unit_descendant_accounts" "root" {
  parent_id  = aws_organizations_organization.org.roots[0].id
  depends_on = [aws_organizations_account.member]
}
data "aws_organizations_organizational_unit_descendant_organizational_units" "root" {
  parent_id  = aws_organizations_organization.org.roots[0].id
  depends_on = [aws_organizations_organizational_unit.team]
}
data "aws_organizations_delegated_administrators" "all" {
  depends_on = [aws_organizations_delegated_administrator.member]
}
data "aws_organizations_delegated_services" "member" {
  account_id = aws_organizations_account.member.id
  depends_on = [aws_organizations_delegated_administrator.member]
}
data "aws_organizations_policies" "scps" {
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy.scp]
}
data "aws_organizations_policy" "scp" { policy_id = aws_organizations_policy.scp.id }
data "aws_organizations_policies_for_target" "team" {
  target_id  = aws_organizations_organizational_unit.team.id
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy_attachment.scp]
}
data "aws_organizations_resource_tags" "team" { resource_id = aws_organizations_organizational_unit.team.id }
output "read" {
  value = {
    group    = [for user in data.aws_iam_group.g.users : user.user_name]
    clients  = data.aws_iam_openid_connect_provider.ci.client_id_list
    managed  = data.aws_iam_policy.named.arn
    duration = data.aws_iam_role.ci.max_session_duration
    units    = [for unit in data.aws_organizations_organizational_units.all.children : unit.name]
    below    = [for account in data.aws_organizations_organizational_unit_child_accounts.team.accounts : account.name]
    services = [for service in data.aws_organizations_delegated_services.member.delegated_services : service.service_principal]
    policies = length(data.aws_organizations_policies_for_target.team.ids)
    tags     = data.aws_organizations_resource_tags.team.tags
  }
}
`

const whole = provider + federation + organization + analyzers + reading

test(
  'Terraform builds an organization with providers and analyzers, and takes it away',
  {
    timeout: 400_000,
  },
  (t) =>
    withTerraform(t, ['--store', 'sqlite', '--test-clock'], async (stage) => {
      const { done, noDrift, write, server } = stage
      write('main.tf', whole)
      write('metadata.xml', samlIdp().metadata)
      await done('init', '-input=false')
      await done('apply', '-auto-approve', '-input=false')
      await noDrift()
      const { allowed, read } = JSON.parse(await done('output', '-json'))
      assert.equal(allowed.value, true)
      assert.deepEqual(read.value, {
        group: ['tf-a'],
        clients: ['sts.amazonaws.com'],
        managed: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
        duration: 7200,
        units: ['team'],
        below: ['member'],
        services: ['access-analyzer.amazonaws.com'],
        policies: 2,
        tags: { a: 'b' },
      })
      const changed = whole
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
      t.diagnostic('36 resources were made, changed and destroyed')
    }),
)
