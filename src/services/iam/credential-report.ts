import type { CallContext } from '../../kernel/context.ts'
import { accessKeys } from './access-key-records.ts'
import { iamArn } from './arns.ts'
import { all } from './listing.ts'
import { loginProfiles, passwordUses } from './login-profile-records.ts'
import { mfaDevices } from './mfa-device-records.ts'
import { passwordPolicies } from './password-policy-records.ts'
import { signingCertificates } from './user-credential-records.ts'
import { users } from './user-records.ts'
import { rootShape } from './users.ts'

const day = 86_400_000

const keyColumns = (n: 1 | 2) =>
  ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
    (name) => `access_key_${n}_${name}`,
  )

/** The columns in AWS's order. */
const columns = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...keyColumns(1),
  ...keyColumns(2),
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
  'additional_credentials_info',
]

const none = 'N/A'

const written = (time: Date): string => `${time.toISOString().slice(0, 19)}+00:00`

const cell = (text: string): string =>
  /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

const byAge = (a: { createdAt: Date }, b: { createdAt: Date }) =>
  a.createdAt.getTime() - b.createdAt.getTime()

/** Keys and certificates of a user; the account number stands for the root user. */
async function credentialCells(id: string, ctx: CallContext): Promise<string[]> {
  const { store, account, ports } = ctx
  const some = { limit: 10 }
  const keys = (await store.of(accessKeys).find('owner', [account, id], some)).records.toSorted(
    byAge,
  )
  const certificates = (
    await store.of(signingCertificates).find('owner', [id], some)
  ).records.toSorted(byAge)
  const cells: string[] = []
  for (const key of [keys[0], keys[1]]) {
    const use = key && (await ports.activity.key(account, key.id))
    cells.push(
      String(key?.active === true),
      key === undefined ? none : written(key.createdAt),
      use === undefined ? none : written(new Date(use.time)),
      use?.region ?? none,
      use?.service ?? none,
    )
  }
  for (const certificate of [certificates[0], certificates[1]])
    cells.push(
      String(certificate?.active === true),
      certificate === undefined ? none : written(certificate.createdAt),
    )
  return [...cells, none]
}

/**
 * The report on all credentials of an account, as CSV.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 */
export async function credentialReport(ctx: CallContext): Promise<string> {
  const { store, account } = ctx
  const holders = new Set((await all(store, mfaDevices)).map(({ holder }) => holder))
  const maximumAge = (await store.of(passwordPolicies).get(['policy']))?.maximumAge
  const root = rootShape(account)
  // The root user has no password here, and none that could be rotated.
  const rootPassword = ['false', none, none, 'not_supported']
  const rows: string[][] = [
    [
      '<root_account>',
      root.Arn,
      written(root.CreateDate),
      ...rootPassword,
      String(holders.has(account)),
      ...(await credentialCells(account, ctx)),
    ],
  ]
  const byName = (await all(store, users)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const user of byName) {
    const password = await store.of(loginProfiles).get([user.id])
    const used = await store.of(passwordUses).get([user.id])
    const expires =
      password === undefined || maximumAge === undefined
        ? none
        : written(new Date(password.setAt.getTime() + maximumAge * day))
    const use = used === undefined ? 'no_information' : written(used.at)
    rows.push([
      user.name,
      iamArn(account, 'user', user.name, user.path),
      written(user.createdAt),
      String(password !== undefined),
      password === undefined ? none : use,
      password === undefined ? none : written(password.setAt),
      expires,
      String(holders.has(user.id)),
      ...(await credentialCells(user.id, ctx)),
    ])
  }
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\n')
}
