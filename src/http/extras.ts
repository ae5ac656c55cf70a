import { z } from 'zod'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import { type Priority, priorities } from '../core/jobs/queue-place.ts'
import { canonicalJson } from '../core/json.ts'
import { destinationLimits } from '../core/notices/destination.ts'
import { complexities } from '../core/purpose/words.ts'
import {
  cacheModes,
  gateRefusalModes,
  hedgeModes,
  needs,
  refusalModes,
  requestStrategies,
} from '../core/request/image-request.ts'
import { requestLimits } from '../core/request/limits.ts'
import { type Operation, operations } from '../core/request/operation.ts'
import { controlKinds, sides, upscaleModes } from '../core/request/operation-details.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import { parseDuration } from '../core/time.ts'

const label = z.string().max(requestLimits.maxLabelCharacters)
/**
 * How deep the values may be nested is checked with the request; a schema of them would recurse.
 */
const jsonObject = z.record(z.string(), z.unknown())

/**
 * What operations need to know; their ranges, and which operation takes which, are checked with the
 * request.
 */
export const detailMembers = {
  expand: z
    .strictObject({
      left: z.number().nullish(),
      right: z.number().nullish(),
      top: z.number().nullish(),
      bottom: z.number().nullish(),
    })
    .nullish(),
  scale: z.number().nullish(),
  mode: z.enum(upscaleModes).nullish(),
  search: z.string().nullish(),
  control: z.enum(controlKinds).nullish(),
  strength: z.number().nullish(),
} as const

/**
 * Our own inputs, as the `keeprate` object of a body; the headers `x-keeprate-…` say the same.
 * Unknown members are refused: nothing is dropped silently.
 */
export const keeprateObject = z.strictObject({
  purpose: label.nullish(),
  category: label.nullish(),
  complexity: z.enum(complexities).nullish(),
  display: z.string().nullish(),
  floor: z.number().nullish(),
  brand: label.nullish(),
  baseline: label.nullish(),
  dry_run: z.boolean().nullish(),
  max_cost: z.union([z.string(), z.number()]).nullish(),
  needs: z.array(z.enum(needs)).nullish(),
  strict: z.boolean().nullish(),
  group: label.nullish(),
  webhook: z.string().max(destinationLimits.maxUrlCharacters).nullish(),
  consistent: z.boolean().nullish(),
  priority: z.enum(priorities).nullish(),
  not_before: z.string().nullish(),
  user: label.nullish(),
  deadline_ms: z.number().nullish(),
  cache: z.enum(cacheModes).nullish(),
  cache_ttl: z.union([z.string(), z.number()]).nullish(),
  cache_threshold: z.number().nullish(),
  cancel_on_disconnect: z.boolean().nullish(),
  on_policy_refusal: z.enum(refusalModes).nullish(),
  on_gate_refusal: z.enum(gateRefusalModes).nullish(),
  strategy: z.enum(requestStrategies).nullish(),
  hedge: z.enum(hedgeModes).nullish(),
  tags: z.record(z.string(), z.string().max(requestLimits.maxTagCharacters)).nullish(),
  body: z.enum(['on', 'off']).nullish(),
  negative_prompt: z.string().max(requestLimits.maxPromptCharacters).nullish(),
  aspect_ratio: z.string().nullish(),
  resolution: z.string().nullish(),
  seed: z.number().nullish(),
  steps: z.number().nullish(),
  guidance: z.number().nullish(),
  provider_options: z.record(z.string(), jsonObject).nullish(),
  operation: z.enum(operations).nullish(),
  ...detailMembers,
})
type KeeprateObject = z.infer<typeof keeprateObject>

/** What the extras say: part of the draft, and whether the answer carries the `keeprate` object. */
export interface Extras {
  readonly draft: Omit<RequestDraft, 'operation'>
  /** Named by the caller; the route may know better. */
  readonly operation?: Operation
  readonly hasBody?: boolean
  /** Nothing is made: the answer says what would be tried, and why. */
  readonly isDryRun?: boolean
}

type HeaderReader = (value: string) => Partial<KeeprateObject>

/** The headers of ours that are understood; any other `x-keeprate-…` header is refused. */
const headerReaders: ReadonlyMap<string, HeaderReader> = new Map(
  Object.entries<HeaderReader>({
    purpose: (value) => ({ purpose: value }),
    category: (value) => ({ category: value }),
    complexity: (value) => ({ complexity: value as KeeprateObject['complexity'] }),
    display: (value) => ({ display: value }),
    floor: (value) => ({ floor: readNumber('x-keeprate-floor', value) }),
    brand: (value) => ({ brand: value }),
    baseline: (value) => ({ baseline: value }),
    'dry-run': (value) => ({ dry_run: readFlag('x-keeprate-dry-run', value) }),
    'max-cost': (value) => ({ max_cost: value }),
    needs: (value) => ({ needs: readNeeds(value) }),
    strict: (value) => ({ strict: readFlag('x-keeprate-strict', value) }),
    group: (value) => ({ group: value }),
    webhook: (value) => ({ webhook: value }),
    consistent: (value) => ({ consistent: readFlag('x-keeprate-consistent', value) }),
    priority: (value) => ({ priority: readPriority(value) }),
    'not-before': (value) => ({ not_before: value }),
    user: (value) => ({ user: value }),
    'deadline-ms': (value) => ({ deadline_ms: Number(value) }),
    cache: (value) => ({ cache: readCache(value) }),
    'cache-ttl': (value) => ({ cache_ttl: value }),
    'cache-threshold': (value) => ({
      cache_threshold: readNumber('x-keeprate-cache-threshold', value),
    }),
    'cancel-on-disconnect': (value) => ({
      cancel_on_disconnect: readFlag('x-keeprate-cancel-on-disconnect', value),
    }),
    'on-policy-refusal': (value) => ({
      on_policy_refusal: value as KeeprateObject['on_policy_refusal'],
    }),
    'on-gate-refusal': (value) => ({
      on_gate_refusal: value as KeeprateObject['on_gate_refusal'],
    }),
    strategy: (value) => ({ strategy: value as KeeprateObject['strategy'] }),
    hedge: (value) => ({ hedge: value as KeeprateObject['hedge'] }),
    tags: (value) => ({ tags: readTags(value) }),
    body: (value) => ({ body: readFlag('x-keeprate-body', value) ? 'on' : 'off' }),
    operation: (value) => ({ operation: readOperation(value) }),
    expand: (value) => ({ expand: readExpand(value) }),
    scale: (value) => ({ scale: readNumber('x-keeprate-scale', value) }),
    mode: (value) => ({ mode: value as KeeprateObject['mode'] }),
    search: (value) => ({ search: value }),
    control: (value) => ({ control: value as KeeprateObject['control'] }),
    strength: (value) => ({ strength: readNumber('x-keeprate-strength', value) }),
  }),
)

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
  const { on_gate_refusal, operation, not_before, dry_run, cache_threshold, ...same } = most
  return {
    draft: {
      ...same,
      maxCost: max_cost === null || max_cost === undefined ? undefined : String(max_cost),
      deadlineMs: deadline_ms,
      cacheTtlMs: readDuration(cache_ttl),
      cacheThreshold: cache_threshold,
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

function readOperation(value: string): Operation {
  const name = operations.find((candidate) => candidate === value)
  if (name !== undefined) return name
  throw invalid('x-keeprate-operation', `x-keeprate-operation must be ${operations.join(', ')}.`)
}

/** By name, or as 1 to 3, which other gateways take. */
function readPriority(value: string): Priority {
  const name = priorities.find((each, index) => value === each || value === String(index + 1))
  if (name !== undefined) return name
  const message = `x-keeprate-priority must be ${priorities.join(', ')}, or 1 to 3.`
  throw invalid('x-keeprate-priority', message)
}

function readNumber(param: string, value: string): number {
  const number = Number(value)
  if (value.trim() !== '' && Number.isFinite(number)) return number
  throw invalid(param, `${param} must be a number.`)
}

/** `left=256,right=256`, as the sides of the body's object. */
function readExpand(value: string): KeeprateObject['expand'] {
  const param = 'x-keeprate-expand'
  const pixels = readPairs(param, value, 'left=256,right=256 with sides that differ')
  const unknown = Object.keys(pixels).find((name) => !sides.some((side) => side === name))
  if (unknown !== undefined) {
    throw invalid(param, `${param} must name the sides ${sides.join(', ')}.`)
  }
  return Object.fromEntries(
    Object.entries(pixels).map(([side, text]) => [side, readNumber(param, text)]),
  )
}

function readFlag(param: string, value: string): boolean {
  if (['1', 'true', 'on', 'yes'].includes(value.toLowerCase())) return true
  if (['0', 'false', 'off', 'no'].includes(value.toLowerCase())) return false
  throw invalid(param, `${param} must be on or off.`)
}

function readNeeds(value: string): KeeprateObject['needs'] {
  return value.split(',').map((text) => {
    const need = needs.find((candidate) => candidate === text.trim())
    if (need !== undefined) return need
    throw invalid('x-keeprate-needs', `x-keeprate-needs must be a list of ${needs.join(', ')}.`)
  })
}

function readCache(value: string): (typeof cacheModes)[number] {
  const mode = cacheModes.find((candidate) => candidate === value)
  if (mode !== undefined) return mode
  throw invalid('x-keeprate-cache', `x-keeprate-cache must be ${cacheModes.join(', ')}.`)
}

const readTags = (value: string): Record<string, string> =>
  readPairs('x-keeprate-tags', value, 'k=v,k=v with keys that differ')

function readPairs(param: string, value: string, form: string): Record<string, string> {
  const pairs = new Map<string, string>()
  for (const pair of value.split(',')) {
    const [key, text, ...more] = pair.split('=').map((part) => part.trim())
    if (!key || text === undefined || more.length > 0 || pairs.has(key)) {
      throw invalid(param, `${param} must be ${form}.`)
    }
    pairs.set(key, text)
  }
  return Object.fromEntries(pairs)
}

function readDuration(value: string | number | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined
  const milliseconds = parseDuration(String(value))
  if (milliseconds !== undefined) return milliseconds
  throw invalid('cache_ttl', 'cache_ttl must be seconds, or 30m, 72h, 7d.')
}
