import { generateKeyPairSync } from 'node:crypto'
import { authenticator } from '../authenticator.ts'
import { certificate } from '../certificates.ts'
import { arn, blue, listing, type Making, on, type World } from './authorization-rows.ts'

/** Rows for the credentials of users: passwords, MFA devices, keys and certificates. */

/** A blue MFA device, and the app that has its seed. */
async function newDevice(w: World, VirtualMFADeviceName = 'm') {
  const text = await w.send('CreateVirtualMFADevice', { VirtualMFADeviceName, Tags: blue })
  const seed = /<Base32StringSeed>(.*?)</.exec(text)![1]!
  return {
    SerialNumber: arn(w, `mfa/${VirtualMFADeviceName}`),
    app: authenticator(Buffer.from(seed, 'base64'), w),
  }
}

/** A device that is enabled for `u`. */
async function enabledDevice(w: World) {
  const { SerialNumber, app } = await newDevice(w)
  await w.send('EnableMFADevice', { UserName: 'u', SerialNumber, ...app.pair() })
  return { SerialNumber, app }
}

const onUser = (operation: string, prepare: (w: World) => Promise<object>): [string, Making] => [
  operation,
  async (w) => ({
    input: { UserName: 'u', ...(await prepare(w)) },
    decides: [[`iam:${operation}`, arn(w, 'user/team/u')]],
    tagged: true,
  }),
]

const onDevice = (operation: string, more: object = {}): [string, Making] => [
  operation,
  async (w) => {
    const { SerialNumber } = await newDevice(w)
    return {
      input: { SerialNumber, ...more },
      decides: [[`iam:${operation}`, SerialNumber]],
      tagged: true,
    }
  },
]

const serialOnly = async (w: World) => ({ SerialNumber: (await enabledDevice(w)).SerialNumber })

const Password = 'A-good-Password-1'
const withPassword = (UserName: string, of: (w: World) => object) => async (w: World) => {
  await w.send('CreateLoginProfile', { UserName, Password })
  return of(w)
}

/** Uploads or makes something for `u`, and gives its id under the name that requests call it by. */
const withId =
  (operation: string, input: () => object, id: string, more: object = {}) =>
  async (w: World): Promise<object> => {
    const text = await w.send(operation, { UserName: 'u', ...input() })
    return { [id]: new RegExp(`<${id}>(.*?)<`).exec(text)![1]!, ...more }
  }

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const sshKey = () => {
  const SSHPublicKeyBody = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  return { SSHPublicKeyBody }
}
const ofSshKey = (more: object = {}) => withId('UploadSSHPublicKey', sshKey, 'SSHPublicKeyId', more)

const signing = () => ({ CertificateBody: certificate('u').pem })
const ofSigning = (more: object = {}) =>
  withId('UploadSigningCertificate', signing, 'CertificateId', more)

const forService = () => ({ ServiceName: 'codecommit.amazonaws.com' })
const ofService = (more: object = {}) =>
  withId('CreateServiceSpecificCredential', forService, 'ServiceSpecificCredentialId', more)

const serverCertificate = (ServerCertificateName: string) => {
  const { pem, keyPem } = certificate('server')
  return { ServerCertificateName, CertificateBody: pem, PrivateKey: keyPem, Tags: blue }
}

const onCertificate = (
  operation: string,
  more: object = {},
  also: readonly string[] = [],
): [string, Making] => [
  operation,
  async (w) => {
    await w.send('UploadServerCertificate', serverCertificate('s'))
    const resources = ['server-certificate/s', ...also]
    return {
      input: { ServerCertificateName: 's', ...more },
      decides: resources.map((resource) => [`iam:${operation}`, arn(w, resource)] as const),
      tagged: true,
    }
  },
]

export const credentialRows = new Map<string, Making>([
  on('User', 'UploadSSHPublicKey', sshKey),
  on('User', 'ListSSHPublicKeys'),
  onUser('GetSSHPublicKey', ofSshKey({ Encoding: 'SSH' })),
  onUser('UpdateSSHPublicKey', ofSshKey({ Status: 'Inactive' })),
  onUser('DeleteSSHPublicKey', ofSshKey()),
  on('User', 'UploadSigningCertificate', signing),
  on('User', 'ListSigningCertificates'),
  onUser('UpdateSigningCertificate', ofSigning({ Status: 'Inactive' })),
  onUser('DeleteSigningCertificate', ofSigning()),
  on('User', 'CreateServiceSpecificCredential', forService),
  on('User', 'ListServiceSpecificCredentials'),
  onUser('UpdateServiceSpecificCredential', ofService({ Status: 'Inactive' })),
  onUser('ResetServiceSpecificCredential', ofService()),
  onUser('DeleteServiceSpecificCredential', ofService()),
  [
    'UploadServerCertificate',
    (w) => ({
      input: serverCertificate('new'),
      decides: [
        ['iam:UploadServerCertificate', arn(w, 'server-certificate/new')],
        ['iam:TagServerCertificate', arn(w, 'server-certificate/new')],
      ],
    }),
  ],
  listing('ListServerCertificates', 'server-certificate'),
  onCertificate('GetServerCertificate'),
  onCertificate('UpdateServerCertificate', { NewPath: '/moved/' }, ['server-certificate/moved/s']),
  onCertificate('DeleteServerCertificate'),
  onCertificate('ListServerCertificateTags'),
  onCertificate('TagServerCertificate', { Tags: [{ Key: 'more', Value: 'x' }] }),
  onCertificate('UntagServerCertificate', { TagKeys: ['team'] }),
  on('User', 'CreateLoginProfile', () => ({ Password })),
  onUser(
    'GetLoginProfile',
    withPassword('u', () => ({})),
  ),
  onUser(
    'UpdateLoginProfile',
    withPassword('u', () => ({ Password: 'Another-Password-2' })),
  ),
  onUser(
    'DeleteLoginProfile',
    withPassword('u', () => ({})),
  ),
  [
    'ChangePassword',
    async (w) => {
      await w.send('CreateLoginProfile', { UserName: 'tester', Password })
      return {
        input: { OldPassword: Password, NewPassword: 'Another-Password-2' },
        decides: [['iam:ChangePassword', arn(w, 'user/tester')]],
      }
    },
  ],
  [
    'CreateVirtualMFADevice',
    (w) => ({
      input: { VirtualMFADeviceName: 'new', Path: '/team/', Tags: blue },
      decides: [
        ['iam:CreateVirtualMFADevice', arn(w, 'mfa/team/new')],
        ['iam:TagMFADevice', arn(w, 'mfa/team/new')],
      ],
    }),
  ],
  listing('ListVirtualMFADevices', 'mfa'),
  onDevice('DeleteVirtualMFADevice'),
  onDevice('ListMFADeviceTags'),
  onDevice('TagMFADevice', { Tags: [{ Key: 'more', Value: 'x' }] }),
  onDevice('UntagMFADevice', { TagKeys: ['team'] }),
  onUser('EnableMFADevice', async (w) => {
    const { SerialNumber, app } = await newDevice(w)
    return { SerialNumber, ...app.pair() }
  }),
  onUser('ResyncMFADevice', async (w) => {
    const { SerialNumber, app } = await enabledDevice(w)
    return { SerialNumber, ...app.pair(3) }
  }),
  onUser('DeactivateMFADevice', serialOnly),
  onUser('GetMFADevice', serialOnly),
  on('User', 'ListMFADevices'),
])
