import { changeUser, credentialsOf } from './changing.ts'
import { fail, invalid, operation } from './contract.ts'
import { checkHistory, checkPassword, newPassword, withPassword } from './passwords.ts'
import { foundPool, onPool } from './pool-targets.ts'
import { recoveryDestination, sendReset } from './recovery.ts'
import { postConfirmation } from './sign-up-triggers.ts'
import { foundUser } from './usernames.ts'

export const AdminSetUserPassword = operation('AdminSetUserPassword', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    checkPassword(pool, input.Password)
    const permanent = input.Permanent ?? false
    await checkHistory(pool, await credentialsOf(ctx, user), input.Password, ctx)
    const password = await newPassword(pool, user.username, input.Password, ctx, !permanent)
    await changeUser(ctx, user, {
      user: (old) => ({ ...old, status: permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD' }),
      credential: (old) => withPassword(old, password, pool),
    })
    return {}
  },
})

export const AdminResetUserPassword = operation('AdminResetUserPassword', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    if (['FORCE_CHANGE_PASSWORD', 'UNCONFIRMED', 'EXTERNAL_PROVIDER'].includes(user.status))
      throw fail('NotAuthorizedException', 'User password cannot be reset in the current state.')
    const to = recoveryDestination(pool, user, 'anyone')
    if (to === undefined)
      throw invalid(
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      )
    await changeUser(ctx, user, {
      user: (old) => ({ ...old, status: 'RESET_REQUIRED' }),
      credential: (old) => ({ ...old, signedOutAt: ctx.now() }),
    })
    await sendReset(ctx, { pool, metadata: input.ClientMetadata }, user, to)
    return {}
  },
})

export const AdminConfirmSignUp = operation('AdminConfirmSignUp', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const user = await foundUser(ctx.store, pool, input.Username)
    const confirmed = await changeUser(ctx, user, {
      user(old) {
        if (old.status !== 'UNCONFIRMED')
          throw fail(
            'NotAuthorizedException',
            `User cannot be confirmed. Current status is ${old.status}`,
          )
        return { ...old, status: 'CONFIRMED' }
      },
    })
    const via = { pool, metadata: input.ClientMetadata }
    await postConfirmation(via, confirmed, 'PostConfirmation_ConfirmSignUp', ctx)
    return {}
  },
})
