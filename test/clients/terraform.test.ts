import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { GetUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam'
import { asSsh, readPublicKey } from '../../src/crypto/ssh-keys.ts'
import { certificate } from '../certificates.ts'
import { startServer } from './server.ts'

/** Terraform with the AWS provider: what it applies it finds again, and takes away whole. */

/** Runs Terraform with a provider that lies on this machine, against `ENDPOINT`. */
const terraform =
  process.env.TERRAFORM_HERE ??
  fileURLToPath(new URL('../../../shared/clients/terraform-here', import.meta.url))

const configuration = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
}

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

function writeCredentials(folder: string): void {
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
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

interface Ended {
  readonly code: number
  readonly out: string
}

const works = (): Promise<boolean> =>
  new Promise((resolve) => {
    execFile('terraform', ['version'], (error) =>
      resolve((error as NodeJS.ErrnoException | null)?.code !== 'ENOENT'),
    )
  })

test('Terraform applies, sees no drift, changes and destroys', { timeout: 300_000 }, async (t) => {
  if (!existsSync(terraform) || !(await works()))
    return t.skip('needs terraform, and in TERRAFORM_HERE a command that runs it with a provider')
  const server = await startServer('--store', 'sqlite')
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-terraform-'))
  const run = (...args: string[]): Promise<Ended> => {
    const env = {
      ...process.env,
      ENDPOINT: server.url,
      AWS_ACCESS_KEY_ID: server.admin.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.admin.secretAccessKey,
    }
    return new Promise((resolve) => {
      const options = { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 }
      execFile(terraform, args, options, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
        resolve({ code, out: `${stdout}${stderr}` })
      })
    })
  }
  const done = async (...args: string[]): Promise<string> => {
    const { code, out } = await run(...args, '-no-color')
    assert.equal(code, 0, out)
    return out
  }
  try {
    const main = join(folder, 'main.tf')
    writeFileSync(main, configuration)
    writeCredentials(folder)
    await story(t, { run, done, main, url: server.url, admin: server.admin })
  } finally {
    assert.equal(await server.stop(), 0)
    rmSync(folder, { recursive: true, force: true })
  }
})

interface Stage {
  readonly run: (...args: string[]) => Promise<Ended>
  readonly done: (...args: string[]) => Promise<string>
  readonly main: string
  readonly url: string
  readonly admin: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

async function story(t: TestContext, { run, done, main, url, admin }: Stage): Promise<void> {
  await done('init', '-input=false')
  await done('apply', '-auto-approve', '-input=false')
  // 0: nothing to do; 2: there would be changes.
  const noDrift = async (): Promise<void> => {
    const { code, out } = await run('plan', '-detailed-exitcode', '-input=false', '-no-color')
    assert.equal(code, 0, out)
  }
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

    writeFileSync(
      main,
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
