import assert from 'node:assert/strict'
import { test } from 'node:test'
import { provider, withTerraform } from './terraform.ts'

/** A user pool with all that belongs to it, as Terraform makes, finds and takes away. */

const pools = `
resource "aws_iam_role" "texts" {
  name = "texts"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cognito-idp.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_cognito_user_pool" "plain" {
  name = "plain"
}

resource "aws_cognito_user_pool" "people" {
  name                     = "people"
  user_pool_tier           = "PLUS"
  deletion_protection      = "INACTIVE"
  alias_attributes         = ["email", "preferred_username"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = "OPTIONAL"
  tags                     = { team = "blue" }

  username_configuration { case_sensitive = false }
  software_token_mfa_configuration { enabled = true }
  email_configuration { email_sending_account = "COGNITO_DEFAULT" }
  device_configuration {
    challenge_required_on_new_device      = true
    device_only_remembered_on_user_prompt = true
  }
  user_pool_add_ons { advanced_security_mode = "AUDIT" }
  sms_configuration {
    external_id    = "texts"
    sns_caller_arn = aws_iam_role.texts.arn
    sns_region     = "us-east-1"
  }
  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = false
    require_uppercase                = true
    temporary_password_validity_days = 3
    password_history_size            = 4
  }
  sign_in_policy { allowed_first_auth_factors = ["PASSWORD", "WEB_AUTHN"] }
  web_authn_configuration {
    relying_party_id  = "example.com"
    user_verification = "required"
  }
  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
  admin_create_user_config {
    allow_admin_create_user_only = false
    invite_message_template {
      email_subject = "Welcome"
      email_message = "You are {username}, with {####}"
      sms_message   = "You are {username}, with {####}"
    }
  }
  verification_message_template {
    default_email_option = "CONFIRM_WITH_CODE"
    email_subject        = "Your code"
    email_message        = "It is {####}"
  }
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }
  schema {
    name                = "email"
    attribute_data_type = "String"
    required            = true
    mutable             = true
    string_attribute_constraints {
      min_length = "0"
      max_length = "2048"
    }
  }
  schema {
    name                = "shoe"
    attribute_data_type = "Number"
    mutable             = true
    number_attribute_constraints {
      min_value = "10"
      max_value = "60"
    }
  }
}

resource "aws_cognito_risk_configuration" "people" {
  user_pool_id = aws_cognito_user_pool.people.id
  account_takeover_risk_configuration {
    notify_configuration {
      from       = "security@example.com"
      reply_to   = "help@example.com"
      source_arn = "arn:aws:ses:us-east-1:000000000000:identity/security@example.com"
      block_email {
        subject   = "Blocked"
        html_body = "<p>{username} was blocked at {login-time}.</p>"
        text_body = "{username} was blocked at {login-time}."
      }
      mfa_email {
        subject   = "New sign-in"
        html_body = "<p>{username} from {city}</p>"
        text_body = "{username} from {city}"
      }
      no_action_email {
        subject   = "New sign-in"
        html_body = "<p>{username} from {city}</p>"
        text_body = "{username} from {city}"
      }
    }
    actions {
      low_action {
        event_action = "NO_ACTION"
        notify       = true
      }
      medium_action {
        event_action = "MFA_IF_CONFIGURED"
        notify       = true
      }
      high_action {
        event_action = "BLOCK"
        notify       = true
      }
    }
  }
  compromised_credentials_risk_configuration {
    event_filter = ["SIGN_IN", "SIGN_UP"]
    actions { event_action = "BLOCK" }
  }
  risk_exception_configuration {
    blocked_ip_range_list = ["192.0.2.0/24"]
    skipped_ip_range_list = ["203.0.113.9/32"]
  }
}

resource "aws_cognito_risk_configuration" "web" {
  user_pool_id = aws_cognito_user_pool.people.id
  client_id    = aws_cognito_user_pool_client.web.id
  risk_exception_configuration {
    blocked_ip_range_list = ["198.51.100.0/24"]
  }
}

resource "aws_cognito_resource_server" "books" {
  user_pool_id = aws_cognito_user_pool.people.id
  identifier   = "https://books.example.com"
  name         = "books"
  scope {
    scope_name        = "read"
    scope_description = "reads books"
  }
}

resource "aws_cognito_identity_provider" "search" {
  user_pool_id  = aws_cognito_user_pool.people.id
  provider_name = "Google"
  provider_type = "Google"
  provider_details = {
    authorize_scopes = "email"
    client_id        = "id"
    client_secret    = "hidden"
    attributes_url                = "https://people.googleapis.com/v1/people/me?personFields="
    attributes_url_add_attributes = "true"
    authorize_url                 = "https://accounts.google.com/o/oauth2/v2/auth"
    oidc_issuer                   = "https://accounts.google.com"
    token_request_method          = "POST"
    token_url                     = "https://www.googleapis.com/oauth2/v4/token"
  }
  attribute_mapping = {
    email    = "email"
    username = "sub"
  }
  idp_identifiers = ["example.com"]
}

resource "aws_cognito_user_pool_client" "web" {
  name                                 = "web"
  user_pool_id                         = aws_cognito_user_pool.people.id
  generate_secret                      = true
  explicit_auth_flows                  = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"]
  supported_identity_providers         = ["COGNITO", aws_cognito_identity_provider.search.provider_name]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", aws_cognito_resource_server.books.scope_identifiers[0]]
  callback_urls                        = ["https://app.example.com/in"]
  logout_urls                          = ["https://app.example.com/out"]
  default_redirect_uri                 = "https://app.example.com/in"
  read_attributes                      = ["email", "custom:shoe"]
  write_attributes                     = ["email", "custom:shoe"]
  access_token_validity                = 15
  id_token_validity                    = 15
  refresh_token_validity               = 7
  auth_session_validity                = 5
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }
  refresh_token_rotation {
    feature                    = "ENABLED"
    retry_grace_period_seconds = 10
  }
}

resource "aws_cognito_user_pool_client" "job" {
  name                                 = "job"
  user_pool_id                         = aws_cognito_user_pool.people.id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = aws_cognito_resource_server.books.scope_identifiers
}

resource "aws_cognito_user_pool_domain" "people" {
  domain       = "people-of-terraform"
  user_pool_id = aws_cognito_user_pool.people.id
}

resource "aws_cognito_user_pool_ui_customization" "looks" {
  css          = ".label-customizable {font-weight: 400;}"
  user_pool_id = aws_cognito_user_pool_domain.people.user_pool_id
}

resource "aws_cognito_user_group" "readers" {
  name         = "readers"
  user_pool_id = aws_cognito_user_pool.people.id
  description  = "who read"
  precedence   = 5
  role_arn     = aws_iam_role.texts.arn
}

resource "aws_cognito_user" "ada" {
  user_pool_id = aws_cognito_user_pool.people.id
  username     = "ada"
  password     = "Permanent-2026"
  attributes = {
    email          = "ada@example.com"
    email_verified = true
    shoe           = 41
  }
}

resource "aws_cognito_user_in_group" "ada" {
  user_pool_id = aws_cognito_user_pool.people.id
  group_name   = aws_cognito_user_group.readers.name
  username     = aws_cognito_user.ada.username
}

data "aws_cognito_user_pools" "all" {
  name       = "people"
  depends_on = [aws_cognito_user_pool.people]
}

data "aws_cognito_user_pool" "people" {
  user_pool_id = aws_cognito_user_pool.people.id
}

data "aws_cognito_user_pool_clients" "all" {
  user_pool_id = aws_cognito_user_pool.people.id
  depends_on   = [aws_cognito_user_pool_client.web, aws_cognito_user_pool_client.job]
}

data "aws_cognito_user_groups" "all" {
  user_pool_id = aws_cognito_user_pool.people.id
  depends_on   = [aws_cognito_user_group.readers]
}

data "aws_cognito_user_pool_signing_certificate" "people" {
  user_pool_id = aws_cognito_user_pool.people.id
}

output "found" {
  value = {
    pools   = length(data.aws_cognito_user_pools.all.ids)
    clients = length(data.aws_cognito_user_pool_clients.all.client_ids)
    groups  = length(data.aws_cognito_user_groups.all.groups)
    name    = data.aws_cognito_user_pool.people.name
    signed  = length(data.aws_cognito_user_pool_signing_certificate.people.certificate) > 500
  }
}
`

test('Terraform makes a user pool and what belongs to it, finds it as it is, and takes it away', (t) =>
  withTerraform(t, [], async ({ done, noDrift, write, run }) => {
    write('main.tf', provider + pools)
    await done('init', '-input=false')
    await done('apply', '-auto-approve', '-input=false')
    await noDrift()
    const { found } = JSON.parse((await run('output', '-json')).out)
    assert.deepEqual(found.value, { pools: 1, clients: 2, groups: 1, name: 'people', signed: true })
    const changed = pools
      .replace('minimum_length                   = 12', 'minimum_length                   = 14')
      .replace('team = "blue"', 'team = "red"')
      .replace('"who read"', '"who read and write"')
      .replace('"reads books"', '"reads all books"')
      .replace('font-weight: 400', 'font-weight: 700')
      .replace(
        'access_token_validity                = 15',
        'access_token_validity                = 20',
      )
      .replace('shoe           = 41', 'shoe           = 42')
      .replace('"203.0.113.9/32"', '"203.0.113.0/24"')
    write('main.tf', provider + changed)
    await done('apply', '-auto-approve', '-input=false')
    await noDrift()
    await done('destroy', '-auto-approve', '-input=false')
  }))
