import assert from 'node:assert/strict'
import { test } from 'node:test'
import { provider, withTerraform } from './terraform.ts'

/** Keys of every kind, with what belongs to them, as Terraform makes, finds and takes away. */

const keys = `
data "aws_caller_identity" "who" {}

resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_kms_key" "data" {
  description             = "encrypts the data"
  enable_key_rotation     = true
  rotation_period_in_days = 180
  deletion_window_in_days = 7
  tags                    = { team = "blue" }
}

resource "aws_kms_alias" "data" {
  name          = "alias/data"
  target_key_id = aws_kms_key.data.key_id
}

data "aws_iam_policy_document" "data" {
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::\${data.aws_caller_identity.who.account_id}:root"]
    }
  }
  statement {
    sid       = "App"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.app.arn]
    }
  }
}

resource "aws_kms_key_policy" "data" {
  key_id = aws_kms_key.data.id
  policy = data.aws_iam_policy_document.data.json
}

resource "aws_kms_grant" "app" {
  name              = "app"
  key_id            = aws_kms_key.data.key_id
  grantee_principal = aws_iam_role.app.arn
  operations        = ["Encrypt", "Decrypt", "GenerateDataKey"]
  constraints {
    encryption_context_equals = { department = "finance" }
  }
}

resource "aws_kms_key" "signing" {
  description              = "signs"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 7
}

resource "aws_kms_key" "mac" {
  customer_master_key_spec = "HMAC_256"
  key_usage                = "GENERATE_VERIFY_MAC"
  deletion_window_in_days  = 7
  is_enabled               = false
}

resource "aws_kms_external_key" "own" {
  description             = "made elsewhere"
  key_material_base64     = "Wblj06fduthWggmsT0cLVoIMOkeLbc2kVfMud77i/JY="
  valid_to                = timeadd(plantimestamp(), "2400h")
  deletion_window_in_days = 7
  lifecycle { ignore_changes = [valid_to] }
}

resource "aws_kms_ciphertext" "password" {
  key_id    = aws_kms_key.data.key_id
  plaintext = "hunter2"
  context   = { app = "web" }
}

data "aws_kms_secrets" "password" {
  secret {
    name    = "password"
    payload = aws_kms_ciphertext.password.ciphertext_blob
    context = { app = "web" }
  }
}

data "aws_kms_public_key" "signing" {
  key_id = aws_kms_key.signing.arn
}

data "aws_kms_key" "data" {
  key_id = aws_kms_alias.data.name
}

data "aws_kms_alias" "data" {
  name       = "alias/data"
  depends_on = [aws_kms_alias.data]
}

output "password" {
  value     = data.aws_kms_secrets.password.plaintext["password"]
  sensitive = true
}

output "pem" {
  value = data.aws_kms_public_key.signing.public_key_pem
}

output "same" {
  value = data.aws_kms_alias.data.target_key_arn == aws_kms_key.data.arn && data.aws_kms_key.data.arn == aws_kms_key.data.arn
}
`

const regions = `
provider "aws" {
  alias                   = "west"
  region                  = "eu-west-1"
  skip_metadata_api_check = true
}

resource "aws_kms_key" "everywhere" {
  description             = "in many Regions"
  multi_region            = true
  enable_key_rotation     = true
  deletion_window_in_days = 7
}

resource "aws_kms_replica_key" "west" {
  provider                = aws.west
  description             = "in the west"
  primary_key_arn         = aws_kms_key.everywhere.arn
  deletion_window_in_days = 7
  tags                    = { team = "blue" }
}

resource "aws_kms_alias" "west" {
  provider      = aws.west
  name          = "alias/everywhere"
  target_key_id = aws_kms_replica_key.west.key_id
}
`

test('Terraform makes keys of every kind, finds them as they are, and takes them away', (t) =>
  withTerraform(t, [], async ({ done, noDrift, write, run }) => {
    write('main.tf', provider + keys)
    write('regions.tf', regions)
    await done('init', '-input=false')
    await done('apply', '-auto-approve', '-input=false')
    await noDrift()
    const printed = JSON.parse((await run('output', '-json')).out)
    assert.equal(printed.password.value, 'hunter2')
    assert.equal(printed.same.value, true)
    assert.match(printed.pem.value, /^-----BEGIN PUBLIC KEY-----/)
    const changed = keys
      .replace('rotation_period_in_days = 180', 'rotation_period_in_days = 365')
      .replace('is_enabled               = false', 'is_enabled               = true')
      .replace('"encrypts the data"', '"encrypts all the data"')
      .replace('team = "blue"', 'team = "red"')
    write('main.tf', provider + changed)
    await done('apply', '-auto-approve', '-input=false')
    await noDrift()
    await done('destroy', '-auto-approve', '-input=false')
  }))
