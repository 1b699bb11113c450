import type { ServiceEntry } from '../../kernel/directory.ts'
import type { HttpRequest } from '../../kernel/http.ts'
import { type FormNode, formValue } from '../form.ts'
import { invalidAction, missingAction, noSuchRoute, unknownOperation } from '../protocol-errors.ts'
import { requestForm } from '../protocols/request-form.ts'
import { type HostName, hostReader } from './host.ts'
import { dialectOf, isFormPost, type Route } from './route.ts'

export interface Router {
  /**
   * Finds service and operation; throws AWS's answer when there is none.
   * @param scope service name of the credential scope, when the request is signed
   */
  route(request: HttpRequest, scope?: string): Route
  /** Whether the body must be collected before `route` can be asked. */
  readsBody(request: HttpRequest, scope?: string): boolean
}

const CBOR_PATH = /\/service\/([^/]{1,200})\/operation\/([^/]{1,200})$/

/** Compiles the directory of services into lookup tables. */
export function createRouter(entries: readonly ServiceEntry[]): Router {
  const byTarget = new Map<string, ServiceEntry>()
  const byScope = Map.groupBy(entries, ({ signingName }) => signingName)
  const byVersion = Map.groupBy(
    entries.filter(({ version }) => version !== undefined),
    ({ version }) => version!,
  )
  const byHost = new Map<string, ServiceEntry>()
  for (const entry of entries) {
    if (entry.target !== undefined) byTarget.set(entry.target, entry)
    byHost.set(entry.hostPrefix ?? entry.signingName, entry)
  }
  const readHost = hostReader(new Set(byHost.keys()))
  const s3 = entries.find(({ name }) => name === 's3')

  const route: Router['route'] = (request, scope) => {
    const host = readHost(request.headers.host)
    const dialect = dialectOf(request)
    switch (dialect) {
      case 'awsJson1_0':
      case 'awsJson1_1': {
        const target = request.headers['x-amz-target']!
        const dot = target.lastIndexOf('.')
        const prefix = target.slice(0, Math.max(dot, 0))
        // Some clients put a package before the shape name (com.amazonaws...CloudTrail_20131101).
        const entry =
          byTarget.get(prefix) ?? byTarget.get(prefix.slice(prefix.lastIndexOf('.') + 1))
        if (!entry) throw unknownOperation()
        return found(entry, dialect, request, host, { operation: target.slice(dot + 1) })
      }
      case 'rpcv2Cbor': {
        const [, target, operation] = CBOR_PATH.exec(request.path) ?? []
        const entry = target === undefined ? undefined : byTarget.get(target)
        if (!entry) throw unknownOperation()
        return found(entry, dialect, request, host, { operation })
      }
      default: {
        const addressed = addressee(host, scope)
        if (dialect === 'query' && (!addressed || addressed.version !== undefined)) {
          const form = requestForm(request)
          const operation = formValue(form, 'Action')
          if (operation !== undefined || addressed) {
            return query(request, host, addressed, form, operation)
          }
        }
        const entry = addressed ?? s3
        if (!entry) throw noSuchRoute()
        return found(entry, 'rest', request, host, {})
      }
    }
  }

  /** The service that host or credential scope name; of several with one scope, the host's. */
  function addressee(host: HostName | undefined, scope: string | undefined) {
    const named = host && byHost.get(host.service)
    if (scope === undefined) return named
    const candidates = byScope.get(scope)
    return candidates?.find((entry) => entry === named) ?? candidates?.[0] ?? named
  }

  function query(
    request: HttpRequest,
    host: HostName | undefined,
    addressed: ServiceEntry | undefined,
    form: FormNode,
    operation: string | undefined,
  ): Route {
    if (operation === undefined || operation === '') throw missingAction()
    const version = formValue(form, 'Version') ?? 'NO_VERSION_SPECIFIED'
    const candidates = byVersion.get(version) ?? []
    const entry = addressed
      ? candidates.find(({ signingName }) => signingName === addressed.signingName)
      : candidates[0]
    if (!entry) throw invalidAction(operation, version)
    return found(entry, 'query', request, host, { operation, form })
  }

  return {
    route,
    readsBody(request, scope) {
      if (!isFormPost(request) || request.headers['x-amz-target'] !== undefined) return false
      const addressed = addressee(readHost(request.headers.host), scope)
      return !addressed || addressed.version !== undefined
    },
  }
}

function found(
  entry: ServiceEntry,
  dialect: Route['dialect'],
  request: HttpRequest,
  host: HostName | undefined,
  rest: { operation?: string | undefined; form?: FormNode },
): Route {
  const bucket = entry.name === 's3' && host?.service === 's3' ? host.prefix : undefined
  return {
    entry,
    dialect,
    operation: rest.operation,
    form: rest.form,
    path: bucket === undefined ? request.path : `/${bucket}${request.path}`,
    region: host?.region,
  }
}
