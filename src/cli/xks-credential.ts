import { createHmac } from 'node:crypto'
import {
  argumentsOf,
  connectionFlags,
  connectionHelp,
  credentialsOf,
} from './administration-client.ts'
import type { Command } from './command.ts'

const service = 'kms-xks-proxy'

export const command: Command = {
  name: 'xks-credential',
  summary: 'print what another KMS needs to keep its keys here',
  help: `sallyport xks-credential: the configuration of an external key store, as JSON

Another KMS can use keys of this installation by the External Key Store Proxy API. It signs with a
secret that is derived from an access key, Base64 of HMAC-SHA-256(secret access key, "${service}"),
and good for nothing else. What it asks for is decided as the access key's user asking for
kms:Encrypt, kms:Decrypt and kms:DescribeKey.

  AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... sallyport xks-credential > proxy.json

${connectionHelp}`,
  async run(args, terminal) {
    const { values } = argumentsOf(args, connectionFlags)
    const { accessKeyId, secretAccessKey, region } = credentialsOf(values)
    const secret = createHmac('sha256', secretAccessKey).update(service).digest('base64')
    const configuration = {
      XksProxyUriPath: `/xks/${region}/kms/xks/v1`,
      XksProxyAuthenticationCredential: { AccessKeyId: accessKeyId, RawSecretAccessKey: secret },
    }
    terminal.out(`${JSON.stringify(configuration, null, 2)}\n`)
    return 0
  },
}
