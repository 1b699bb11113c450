import { defineService } from '../../kernel/service.ts'
import type { C } from './contract.ts'
import * as functions from './functions.ts'
import { Invoke } from './Invoke.ts'
import * as permissions from './permissions.ts'

/** AWS Lambda, API version 2015-03-31. */
export const service = defineService<C>()({
  name: 'lambda',
  contract: () => import('@aws-sdk/client-lambda'),
  operations: {
    AddPermission: permissions.AddPermission,
    CreateFunction: functions.CreateFunction,
    DeleteFunction: functions.DeleteFunction,
    GetFunction: functions.GetFunction,
    GetFunctionConfiguration: functions.GetFunctionConfiguration,
    GetPolicy: permissions.GetPolicy,
    Invoke,
    ListFunctions: functions.ListFunctions,
    RemovePermission: permissions.RemovePermission,
  },
  notYet: { others: 'not needed by identity and security so far' },
  secrets: ['ZipFile', 'Payload', 'Variables', 'LogResult', 'ClientContext'],
})
