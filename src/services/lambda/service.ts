import { defineService } from '../../kernel/service.ts'
import { CreateAlias, DeleteAlias, GetAlias, ListAliases, UpdateAlias } from './aliases.ts'
import { GetFunctionCodeSigningConfig } from './code-signing.ts'
import {
  DeleteFunctionConcurrency,
  GetAccountSettings,
  GetFunctionConcurrency,
  PutFunctionConcurrency,
} from './concurrency.ts'
import type { C } from './contract.ts'
import {
  DeleteFunctionEventInvokeConfig,
  GetFunctionEventInvokeConfig,
  ListFunctionEventInvokeConfigs,
  PutFunctionEventInvokeConfig,
  UpdateFunctionEventInvokeConfig,
} from './event-invoke-configs.ts'
import {
  CreateFunction,
  DeleteFunction,
  GetFunction,
  GetFunctionConfiguration,
  ListFunctions,
} from './functions.ts'
import { Invoke } from './Invoke.ts'
import {
  AddLayerVersionPermission,
  GetLayerVersionPolicy,
  RemoveLayerVersionPermission,
} from './layer-permissions.ts'
import {
  DeleteLayerVersion,
  GetLayerVersion,
  GetLayerVersionByArn,
  ListLayers,
  ListLayerVersions,
  PublishLayerVersion,
} from './layers.ts'
import { AddPermission, GetPolicy, RemovePermission } from './permissions.ts'
import { deliver } from './queued-events.ts'
import { ListTags, TagResource, UntagResource } from './tagging.ts'
import { UpdateFunctionCode, UpdateFunctionConfiguration } from './updates.ts'
import { ListVersionsByFunction, PublishVersion } from './versions.ts'

/** AWS Lambda, API version 2015-03-31. */
export const service = defineService<C>()({
  name: 'lambda',
  contract: () => import('@aws-sdk/client-lambda'),
  operations: {
    AddLayerVersionPermission,
    AddPermission,
    CreateAlias,
    CreateFunction,
    DeleteAlias,
    DeleteFunction,
    DeleteFunctionConcurrency,
    DeleteFunctionEventInvokeConfig,
    DeleteLayerVersion,
    GetAccountSettings,
    GetAlias,
    GetFunction,
    GetFunctionCodeSigningConfig,
    GetFunctionConcurrency,
    GetFunctionConfiguration,
    GetFunctionEventInvokeConfig,
    GetLayerVersion,
    GetLayerVersionByArn,
    GetLayerVersionPolicy,
    GetPolicy,
    Invoke,
    ListAliases,
    ListFunctionEventInvokeConfigs,
    ListFunctions,
    ListLayerVersions,
    ListLayers,
    ListTags,
    ListVersionsByFunction,
    PublishLayerVersion,
    PublishVersion,
    PutFunctionConcurrency,
    PutFunctionEventInvokeConfig,
    RemoveLayerVersionPermission,
    RemovePermission,
    TagResource,
    UntagResource,
    UpdateAlias,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
    UpdateFunctionEventInvokeConfig,
  },
  notYet: {
    CreateEventSourceMapping: 'queues and streams come first',
    CreateFunctionUrlConfig: 'function URLs need host names of their own',
    InvokeWithResponseStream: 'no answer is streamed yet',
    others: 'identity and security do not need it so far',
  },
  jobs: { 'lambda.Deliver': deliver },
  secrets: ['ZipFile', 'Payload', 'Variables', 'LogResult', 'ClientContext'],
})
