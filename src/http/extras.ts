import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import { canonicalJson } from '../core/json.ts'
import type { Operation } from '../core/request/operation.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import { parseDuration } from '../core/time.ts'
import { headerReaders } from './extra-headers.ts'
import type { KeeprateObject } from './keeprate-object.ts'

/** What the extras say: part of the draft, and whether the answer carries the `keeprate` object. */
export interface Extras {
  readonly draft: Omit<RequestDraft, 'operation'>
  /** Named by the caller; the route may know better. */
  readonly operation?: Operation
  /** Pictures that those of the request are to be like: ids, groups, data URLs and links. */
  readonly references?: readonly string[]
  readonly hasBody?: boolean
  /** Nothing is made: the answer says what would be tried, and why. */
  readonly isDryRun?: boolean
}

/**
 * Reads headers and body object together.
 * @throws GatewayError for an unknown header, a malformed value, or two places that disagree.
 */
export function readExtras(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  object: KeeprateObject | null | undefined,
): Extras {
  const merged: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(object ?? {})) {
    if (value !== null && value !== undefined) merged[key] = value
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('x-keeprate-') || value === undefined) continue
    const reader = headerReaders.get(name.slice('x-keeprate-'.length))
    if (reader === undefined) {
      throw new GatewayError('unsupported_parameter', `The header ${name} is not known.`, {
        param: name,
      })
    }
    for (const [key, read] of Object.entries(reader(String(value)))) {
      if (key in merged && printValue(merged[key]) !== printValue(read)) {
        throw invalid(name, `${name} and keeprate.${key} of the body disagree.`)
      }
      merged[key] = read
    }
  }
  return toExtras(merged as KeeprateObject)
}

/** Headers are text and members may be numbers, so both are compared as text. */
const printValue = (value: unknown): string =>
  typeof value === 'object' ? canonicalJson(value) : String(value)

function toExtras(object: KeeprateObject): Extras {
  const { max_cost, deadline_ms, cache_ttl, negative_prompt, aspect_ratio, body, user, ...rest } =
    object
  const { provider_options, cancel_on_disconnect, on_policy_refusal, ...most } = rest
  const { on_gate_refusal, operation, not_before, dry_run, cache_threshold, ...more } = most
  const { references, reference_threshold, ...same } = more
  return {
    draft: {
      ...same,
      maxCost: max_cost === null || max_cost === undefined ? undefined : String(max_cost),
      deadlineMs: deadline_ms,
      cacheTtlMs: readDuration(cache_ttl),
      cacheThreshold: cache_threshold,
      referenceThreshold: reference_threshold,
      cancelOnDisconnect: cancel_on_disconnect,
      notBefore: not_before,
      onPolicyRefusal: on_policy_refusal,
      onGateRefusal: on_gate_refusal,
      negativePrompt: negative_prompt,
      aspect: aspect_ratio,
      endUser: user,
      providerOptions: provider_options,
    } as Extras['draft'],
    ...(operation === null || operation === undefined ? {} : { operation }),
    ...(body === null || body === undefined ? {} : { hasBody: body === 'on' }),
    ...(references === null || references === undefined ? {} : { references }),
    ...(dry_run === true ? { isDryRun: true } : {}),
  }
}

/**
 * The operation of a route that has only one.
 * @throws GatewayError when the caller names another one.
 */
export function onlyOperation<Name extends Operation>(name: Name, { operation }: Extras): Name {
  if (operation === undefined || operation === name) return name
  const message = `This route does ${name}; send ${operation} to ${routeOf(operation)}.`
  throw invalid('operation', message)
}

const routeOf = (operation: Operation): string =>
  operation === 'generate' ? '/v1/images/generations' : '/v1/images/edits'

function readDuration(value: string | number | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined
  const milliseconds = parseDuration(String(value))
  if (milliseconds !== undefined) return milliseconds
  throw invalid('cache_ttl', 'cache_ttl must be seconds, or 30m, 72h, 7d.')
}
