import type { ReadContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import type { Target } from '../../kernel/target.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { existing } from './holders.ts'
import { checkDocument } from './policy-documents.ts'
import { type RoleRecord, roles } from './role-records.ts'
import {
  filled,
  filledJson,
  foundTemplate,
  type RoleTemplate,
  roleTemplate,
  templateArn,
  valuesFor,
} from './role-templates.ts'
import { createRole, detailed } from './roles.ts'
import { storedTrust } from './trust-policies.ts'

const epoch = new Date('2026-01-01T00:00:00Z')

export const GetRoleTemplateVersion = operation('GetRoleTemplateVersion', {
  access: {
    kind: 'iam',
    targets: ({ TemplateArn, MinorVersion }) => [
      { resource: TemplateArn, record: roleTemplate(TemplateArn, MinorVersion) },
    ],
  },
  handle({ TemplateArn, MinorVersion }, _ctx, [target]) {
    const template = foundTemplate(target.record, TemplateArn, MinorVersion)
    return {
      RoleTemplateVersion: {
        TemplateArn,
        TemplateName: template.name,
        TemplateVersionId: `${template.major}.${template.minor}`,
        Description: template.description,
        MajorVersion: template.major,
        DefaultMinorVersion: template.minor,
        ManagedByType: 'Service' as const,
        ManagedByValue: template.owner,
        Enabled: true,
        MinorVersion: template.minor,
        RoleNamePattern: template.roleName,
        RolePathPattern: '/',
        RoleDescriptionPattern: template.roleDescription,
        AssumeRolePolicyDocumentTemplate: template.trust,
        InlinePolicyTemplates: Object.entries(template.inline).map(
          ([PolicyName, PolicyDocument]) => ({ PolicyName, PolicyDocument }),
        ),
        ManagedPolicyArns: [...template.managed],
        ParametersDefinition: template.parameters.map(({ name, description, byDefault }) => ({
          Name: name,
          Type: 'String' as const,
          Description: description,
          IsRequired: byDefault === undefined,
          ...(byDefault !== undefined && { DefaultValue: byDefault }),
          Immutable: true,
        })),
        RoleTagsTemplate: [],
        MaxSessionDuration: template.maxSessionDuration,
        VersionEnabled: true,
        CreateTimestamp: epoch,
        UpdateTimestamp: epoch,
      },
    }
  },
})

/** What a template makes of the values that were given. */
interface Plan {
  readonly template: RoleTemplate
  readonly name: string
  readonly description: string
  readonly trust: string
  readonly inline: Readonly<Record<string, string>>
}

function planOf(template: RoleTemplate, given: Parameters<typeof valuesFor>[1]): Plan {
  const values = valuesFor(template, given)
  const name = filled(template.roleName, values)
  if (!/^[\w+=,.@-]{1,64}$/.test(name))
    throw fail('InvalidInputException', `${name} is not the name of a role.`)
  return {
    template,
    name,
    description: filled(template.roleDescription, values),
    trust: filledJson(template.trust, values),
    inline: Object.fromEntries(
      Object.entries(template.inline).map(([key, text]) => [key, filledJson(text, values)]),
    ),
  }
}

interface Loaded {
  readonly plan: Plan | undefined
  /** The role that is there already. */
  readonly role: RoleRecord | undefined
}

/** The decisions behind the making of the role: AcquireRole has no action of its own. */
async function targetsOf(plan: Plan, read: ReadContext): Promise<Target<Loaded>[]> {
  const role = await read.store.of(roles).findOne('name', plan.name.toLowerCase())
  const arn = templateArn(plan.template)
  const context = { 'iam:RoleTemplateARN': arn }
  const on = { ...existing('role', role, plan.name, read.account), record: { plan, role } }
  if (role?.template?.arn === arn) return [{ ...on, action: 'iam:GetRole', context }]
  return [
    { ...on, action: 'iam:CreateRole', context },
    ...Object.keys(plan.inline).map(() => ({ ...on, action: 'iam:PutRolePolicy', context })),
    ...plan.template.managed.map((policy) => ({
      ...on,
      action: 'iam:AttachRolePolicy',
      context: { ...context, 'iam:PolicyARN': policy },
    })),
  ]
}

export const AcquireRole = operation('AcquireRole', {
  access: {
    kind: 'iam',
    async targets(input, read): Promise<Target<Loaded>[]> {
      const template = roleTemplate(input.TemplateArn, input.TemplateMinorVersion)
      if (template !== undefined) return targetsOf(planOf(template, input.ReplacementValues), read)
      const resource = iamArn(read.account, 'role', '*')
      const record = { plan: undefined, role: undefined }
      return [{ action: 'iam:CreateRole', resource, record }]
    },
  },
  async handle({ TemplateArn, TemplateMinorVersion }, ctx, [target]) {
    const { plan, role: old } = target!.record
    foundTemplate(plan?.template, TemplateArn, TemplateMinorVersion)
    const { template, name, description, trust, inline } = plan!
    const stored = await storedTrust(trust, ctx)
    for (const document of Object.values(inline)) checkDocument(document, 'identity')
    if (old !== undefined) {
      if (old.template?.arn === TemplateArn && old.trust === stored.trust)
        return { Role: await detailed(old, ctx) }
      throw fail('NameConflictException', `A role with name ${name} exists and is another.`)
    }
    const role: RoleRecord = {
      id: uniqueId('AROA', ctx.random),
      name,
      path: '/',
      createdAt: ctx.now(),
      attached: template.managed,
      inline,
      tags: {},
      ...stored,
      description,
      maxSessionDuration: template.maxSessionDuration,
      template: { arn: TemplateArn, minor: template.minor },
    }
    await createRole(role, ctx)
    return { Role: await detailed(role, ctx) }
  },
})
