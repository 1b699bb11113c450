import { authenticator } from '../authenticator.ts'
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

export const credentialRows = new Map<string, Making>([
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
