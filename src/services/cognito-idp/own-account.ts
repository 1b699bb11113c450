import { bearerOf, withToken } from './access-tokens.ts'
import { withoutAttributes } from './admin-attributes.ts'
import { deleteUser } from './admin-users.ts'
import { attributeList, checkedAttributes, checkWritable, isReadable } from './attributes.ts'
import { changeUser, credentialsOf } from './changing.ts'
import { checkCompromise, notePassword } from './compromised-passwords.ts'
import { invalid, operation } from './contract.ts'
import { provePassword } from './password-sign-in.ts'
import { checkHistory, checkPassword, newPassword, withPassword } from './passwords.ts'
import { mfaShape } from './user-shape.ts'
import {
  type Address,
  addresses,
  changeAttributes,
  sendVerification,
  verifyAddress,
} from './verification.ts'

export const GetUser = operation('GetUser', {
  access: withToken,
  handle(input) {
    const { client, user } = bearerOf(input)
    return {
      Username: user.username,
      UserAttributes: attributeList(user, (name) => isReadable(client, name)),
      ...mfaShape(user),
    }
  },
})

export const UpdateUserAttributes = operation('UpdateUserAttributes', {
  access: withToken,
  async handle(input, ctx) {
    const { user, ...app } = bearerOf(input)
    const { pool, client } = app
    const via = { ...app, metadata: input.ClientMetadata }
    checkWritable(
      pool,
      client,
      input.UserAttributes.map(({ Name }) => Name),
    )
    const wanted = checkedAttributes(pool, input.UserAttributes, user.attributes)
    return { CodeDeliveryDetailsList: await changeAttributes(ctx, via, user, wanted) }
  },
})

export const DeleteUserAttributes = operation('DeleteUserAttributes', {
  access: withToken,
  async handle(input, ctx) {
    const { pool, client, user } = bearerOf(input)
    checkWritable(pool, client, input.UserAttributeNames)
    await changeUser(ctx, user, {
      user: (old, now) => withoutAttributes(now, old, input.UserAttributeNames),
    })
    return {}
  },
})

export const DeleteUser = operation('DeleteUser', {
  access: withToken,
  async handle(input, ctx) {
    await deleteUser(ctx, bearerOf(input).user)
    return {}
  },
})

export const ChangePassword = operation('ChangePassword', {
  access: withToken,
  async handle(input, ctx) {
    const app = bearerOf(input)
    const { pool } = app
    const { user } = app
    if (input.PreviousPassword !== undefined)
      await provePassword(app, user, input.PreviousPassword, ctx)
    else if ((await credentialsOf(ctx, user)).hash !== undefined)
      throw invalid('Missing required parameter PreviousPassword')
    checkPassword(pool, input.ProposedPassword)
    const known = await checkCompromise(app, input.ProposedPassword, 'PASSWORD_CHANGE', ctx, user)
    await checkHistory(pool, await credentialsOf(ctx, user), input.ProposedPassword, ctx)
    const password = await newPassword(pool, user.username, input.ProposedPassword, ctx)
    await changeUser(ctx, user, {
      credential(old) {
        if (input.PreviousPassword === undefined && old.hash !== undefined)
          throw invalid('Missing required parameter PreviousPassword')
        return withPassword(old, password, pool)
      },
    })
    await notePassword(app, user, 'PasswordChange', known, ctx)
    return {}
  },
})

function addressNamed(name: string): Address {
  const address = addresses.find((one) => one === name)
  if (address === undefined) throw invalid(`Attribute ${name} cannot be verified.`)
  return address
}

export const GetUserAttributeVerificationCode = operation('GetUserAttributeVerificationCode', {
  access: withToken,
  async handle(input, ctx) {
    const { user, ...app } = bearerOf(input)
    const name = addressNamed(input.AttributeName)
    const via = { ...app, metadata: input.ClientMetadata }
    const CodeDeliveryDetails = await sendVerification(ctx, via, user, name, 'VerifyUserAttribute')
    if (CodeDeliveryDetails === undefined) throw invalid(`User does not have ${name}.`)
    return { CodeDeliveryDetails }
  },
})

export const VerifyUserAttribute = operation('VerifyUserAttribute', {
  access: withToken,
  async handle(input, ctx) {
    const { user } = bearerOf(input)
    await verifyAddress(ctx, user, addressNamed(input.AttributeName), input.Code)
    return {}
  },
})
