import { collection } from '../../kernel/store.ts'

export interface InstanceProfileRecord {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly createdAt: Date
  readonly tags: Readonly<Record<string, string>>
  /** Unique id of the one role that it may hold. */
  readonly role?: string | undefined
}

export const instanceProfiles = collection<InstanceProfileRecord>('iam.instance-profiles')({
  scope: 'account',
  version: 1,
  key: (profile) => [profile.id],
  indexes: {
    name: {
      kind: 'blind',
      unique: true,
      of: (profile: InstanceProfileRecord) => profile.name.toLowerCase(),
    },
    role: {
      kind: 'clear',
      why: 'unique ids of roles are public identifiers',
      of: (profile: InstanceProfileRecord) =>
        profile.role === undefined ? undefined : [profile.role],
    },
  },
})
