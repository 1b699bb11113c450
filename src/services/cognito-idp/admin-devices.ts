import { operation } from './contract.ts'
import { foundDevice } from './device-records.ts'
import { deviceShape, forgetDevice, listDevices, updateDevice } from './devices.ts'
import { foundPool, onPool } from './pool-targets.ts'
import { foundUser } from './usernames.ts'

export const AdminGetDevice = operation('AdminGetDevice', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const user = await foundUser(ctx.store, foundPool(target, input), input.Username)
    const device = await foundDevice(ctx.store, user, input.DeviceKey)
    return { Device: deviceShape(device, user, ctx) }
  },
})

export const AdminListDevices = operation('AdminListDevices', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const user = await foundUser(ctx.store, foundPool(target, input), input.Username)
    return listDevices(user, input, ctx)
  },
})

export const AdminUpdateDeviceStatus = operation('AdminUpdateDeviceStatus', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const user = await foundUser(ctx.store, foundPool(target, input), input.Username)
    await updateDevice(user, input.DeviceKey, input.DeviceRememberedStatus, ctx)
    return {}
  },
})

export const AdminForgetDevice = operation('AdminForgetDevice', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const user = await foundUser(ctx.store, foundPool(target, input), input.Username)
    await forgetDevice(user, input.DeviceKey, ctx)
    return {}
  },
})
