import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { GetUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam'
import { asSsh, readPublicKey } from '../../src/crypto/ssh-keys.ts'
import { certificate } from '../certificates.ts'
import { provider, type Stage, withTerraform } from './terraform.ts'

/** Terraform with the AWS provider: what it applies it finds again, and takes away whole. */

const configuration = `
${provider}
data "aws_caller_identity" "who" {}

resource "aws_iam_user" "alice" {
  name = "alice"
  path = "/staff/"
  tags = { team = "blue" }
}

resource "aws_iam_access_key" "alice" {
  user = aws_iam_user.alice.name
}

resource "aws_iam_group" "staff" {
  name = "staff"
}

resource "aws_iam_group_membership" "staff" {
  name  = "staff"
  group = aws_iam_group.staff.name
  users = [aws_iam_user.alice.name]
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "Read"
    actions   = ["iam:GetUser", "iam:ListUsers"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "read" {
  name        = "read"
  description = "may look"
  policy      = data.aws_iam_policy_document.read.json
  tags        = { team = "blue" }
}

resource "aws_iam_group_policy_attachment" "read" {
  group      = aws_iam_group.staff.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_user_policy" "own" {
  name   = "own"
  user   = aws_iam_user.alice.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "read" {
  user       = aws_iam_user.alice.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.alice.arn]
    }
  }
}

resource "aws_iam_role" "app" {
  name                 = "app"
  description          = "what the application may do"
  max_session_duration = 7200
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = aws_iam_policy.read.arn
  tags                 = { team = "blue" }
}

resource "aws_iam_role_policy" "own" {
  name   = "own"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "read" {
  role       = aws_iam_role.app.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_instance_profile" "app" {
  name = "app"
  role = aws_iam_role.app.name
  tags = { team = "blue" }
}

output "account" {
  value = data.aws_caller_identity.who.account_id
}

output "key" {
  value = aws_iam_access_key.alice.id
}

output "secret" {
  value     = aws_iam_access_key.alice.secret
  sensitive = true
}
`

/** The credentials of users, and certificates, from files that lie beside it. */
const credentials = `
resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = 12
  require_lowercase_characters   = true
  require_numbers                = true
  require_uppercase_characters   = true
  require_symbols                = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 5
}

resource "aws_iam_user" "bob" {
  name          = "bob"
  force_destroy = true
}

resource "aws_iam_user_login_profile" "bob" {
  user            = aws_iam_user.bob.name
  password_length = 20
  depends_on      = [aws_iam_account_password_policy.strict]
}

resource "aws_iam_user_ssh_key" "bob" {
  username   = aws_iam_user.bob.name
  encoding   = "SSH"
  public_key = file("ssh.pub")
}

resource "aws_iam_signing_certificate" "bob" {
  user_name        = aws_iam_user.bob.name
  certificate_body = file("ca.pem")
  status           = "Inactive"
}

resource "aws_iam_service_specific_credential" "git" {
  service_name = "codecommit.amazonaws.com"
  user_name    = aws_iam_user.bob.name
}

resource "aws_iam_server_certificate" "web" {
  name              = "web"
  path              = "/cloudfront/"
  certificate_body  = file("web.pem")
  certificate_chain = file("ca.pem")
  private_key       = file("web.key")
  tags              = { team = "blue" }
}

resource "aws_iam_virtual_mfa_device" "bob" {
  virtual_mfa_device_name = "bob"
  tags                    = { team = "blue" }
}
`

function writeCredentials({ write }: Stage): void {
  const ca = certificate('ca')
  const web = certificate('web', ca)
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const key = readPublicKey(publicKey.export({ format: 'pem', type: 'spki' }).toString())
  assert.ok(typeof key !== 'string')
  const files = {
    'credentials.tf': credentials,
    'ca.pem': ca.pem,
    'web.pem': web.pem,
    'web.key': web.keyPem,
    'ssh.pub': `${asSsh(key.blob)} bob@home\n`,
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
}

test('Terraform applies, sees no drift, changes and destroys', { timeout: 300_000 }, (t) =>
  withTerraform(t, ['--store', 'sqlite'], (stage) => story(t, stage)),
)

async function story(t: TestContext, stage: Stage): Promise<void> {
  const { done, noDrift, write, server } = stage
  const { url, admin } = server
  write('main.tf', configuration)
  writeCredentials(stage)
  await done('init', '-input=false')
  await done('apply', '-auto-approve', '-input=false')
  await noDrift()

  // What was made is really enforced.
  const { account, key, secret } = JSON.parse(await done('output', '-json'))
  assert.equal(account.value, '000000000000')
  const options = { endpoint: url, region: 'us-east-1', maxAttempts: 1 }
  const alice = new IAMClient({
    ...options,
    credentials: { accessKeyId: key.value, secretAccessKey: secret.value },
  })
  const root = new IAMClient({ ...options, credentials: admin })
  try {
    const { User } = await alice.send(new GetUserCommand({}))
    assert.equal(User!.Arn, 'arn:aws:iam::000000000000:user/staff/alice')

    write(
      'main.tf',
      configuration
        .replaceAll('team = "blue"', 'team = "red", size = "s"')
        .replace('7200', '3600')
        .replace('"/staff/"', '"/crew/"')
        .replace('"iam:GetUser", "iam:ListUsers"', '"iam:GetUser"'),
    )
    await done('apply', '-auto-approve', '-input=false')
    await noDrift()
    const { User: moved } = await alice.send(new GetUserCommand({ UserName: 'alice' }))
    assert.equal(moved!.Path, '/crew/')

    await done('destroy', '-auto-approve', '-input=false')
    await assert.rejects(alice.send(new GetUserCommand({})), { name: 'InvalidClientTokenId' })
    assert.deepEqual((await root.send(new ListUsersCommand({}))).Users, [])
    t.diagnostic('12 resources were made, changed and destroyed')
  } finally {
    alice.destroy()
    root.destroy()
  }
}
