import { defineService } from '../../kernel/service.ts'
import { type C, invalid } from './contract.ts'
import { FilterLogEvents } from './FilterLogEvents.ts'
import { expire, forget } from './forgetting.ts'
import { GetLogEvents } from './GetLogEvents.ts'
import { CreateLogGroup, DeleteLogGroup, DescribeLogGroups } from './groups.ts'
import { PutLogEvents } from './PutLogEvents.ts'
import {
  DeleteResourcePolicy,
  DescribeResourcePolicies,
  PutResourcePolicy,
} from './resource-policies.ts'
import { DeleteRetentionPolicy, PutRetentionPolicy } from './retention.ts'
import { CreateLogStream, DeleteLogStream, DescribeLogStreams } from './streams.ts'
import {
  ListTagsForResource,
  ListTagsLogGroup,
  TagLogGroup,
  TagResource,
  UntagLogGroup,
  UntagResource,
} from './tagging.ts'

/** Amazon CloudWatch Logs, API version 2014-03-28. */
export const service = defineService<C>()({
  name: 'logs',
  contract: () => import('@aws-sdk/client-cloudwatch-logs'),
  operations: {
    CreateLogGroup,
    CreateLogStream,
    DeleteLogGroup,
    DeleteLogStream,
    DeleteResourcePolicy,
    DeleteRetentionPolicy,
    DescribeLogGroups,
    DescribeLogStreams,
    DescribeResourcePolicies,
    FilterLogEvents,
    GetLogEvents,
    ListTagsForResource,
    ListTagsLogGroup,
    PutLogEvents,
    PutResourcePolicy,
    PutRetentionPolicy,
    TagLogGroup,
    TagResource,
    UntagLogGroup,
    UntagResource,
  },
  notYet: {
    PutMetricFilter: 'metrics come first',
    PutSubscriptionFilter: 'nothing takes the events yet',
    StartQuery: 'the query language is large, and nobody needed it so far',
    others: 'functions and their logs do not need it so far',
  },
  jobs: { 'logs.Expire': expire, 'logs.Forget': forget },
  invalid,
  secrets: ['message'],
})
