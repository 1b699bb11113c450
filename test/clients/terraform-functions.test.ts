import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { zipOf } from '../zip.ts'
import { provider, withTerraform } from './terraform.ts'

/** Functions with everything around them, as Terraform makes, changes and takes away. */

const functions = `
resource "aws_iam_role" "hello" {
  name = "hello"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_cloudwatch_log_group" "hello" {
  name              = "/aws/lambda/hello"
  retention_in_days = 7
  tags              = { team = "blue" }
}

resource "aws_cloudwatch_log_stream" "own" {
  name           = "own"
  log_group_name = aws_cloudwatch_log_group.hello.name
}

resource "aws_lambda_layer_version" "shared" {
  layer_name          = "shared"
  filename            = "layer.zip"
  source_code_hash    = filebase64sha256("layer.zip")
  compatible_runtimes = ["nodejs22.x"]
}

resource "aws_lambda_function" "hello" {
  function_name    = "hello"
  role             = aws_iam_role.hello.arn
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = "code.zip"
  source_code_hash = filebase64sha256("code.zip")
  publish          = true
  timeout          = 5
  memory_size      = 256
  layers           = [aws_lambda_layer_version.shared.arn]
  environment {
    variables = { STAGE = "test" }
  }
  tags = { team = "blue" }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.hello.function_name
  function_version = aws_lambda_function.hello.version
}

resource "aws_lambda_permission" "pool" {
  statement_id   = "pool"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.hello.function_name
  principal      = "cognito-idp.amazonaws.com"
  source_arn     = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc"
  source_account = "000000000000"
}

resource "aws_lambda_function_event_invoke_config" "hello" {
  function_name          = aws_lambda_function.hello.function_name
  maximum_retry_attempts = 1
}

data "aws_lambda_invocation" "now" {
  function_name = aws_lambda_function.hello.function_name
  input         = jsonencode({ n = 1 })
}

output "answer" {
  value = jsondecode(data.aws_lambda_invocation.now.result)
}
`

const code = (text: string) =>
  zipOf({ 'index.mjs': `export const handler = async ({ n }) => '${text}' + n` })

test('Terraform makes functions with versions, aliases, layers and logs, finds them as they are, and takes them away', (t) =>
  withTerraform(t, ['--functions', 'process'], async ({ done, noDrift, write, folder }) => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}/code.zip`, code('one'))
    writeFileSync(`${folder}/layer.zip`, zipOf({ 'nodejs/x.js': '' }))
    write('main.tf', provider + functions)
    await done('init', '-input=false')
    await done('apply', '-auto-approve', '-input=false')
    await noDrift()
    writeFileSync(`${folder}/code.zip`, code('two'))
    const changed = functions
      .replace('timeout          = 5', 'timeout          = 6')
      .replace('STAGE = "test"', 'STAGE = "live"')
      .replaceAll('team = "blue"', 'team = "red"')
      .replace('retention_in_days = 7', 'retention_in_days = 30')
      .replace('maximum_retry_attempts = 1', 'maximum_retry_attempts = 0')
    write('main.tf', provider + changed)
    await done('apply', '-auto-approve', '-input=false')
    await noDrift()
    await done('destroy', '-auto-approve', '-input=false')
  }))
