import { invalid } from '../core/errors/gateway-error.ts'
import { type Priority, priorities } from '../core/jobs/queue-place.ts'
import { cacheModes, needs } from '../core/request/image-request.ts'
import { type Operation, operations } from '../core/request/operation.ts'
import { sides } from '../core/request/operation-details.ts'
import type { KeeprateObject } from './keeprate-object.ts'

type HeaderReader = (value: string) => Partial<KeeprateObject>

/** The headers of ours that are understood; any other `x-keeprate-…` header is refused. */
export const headerReaders: ReadonlyMap<string, HeaderReader> = new Map(
  Object.entries<HeaderReader>({
    purpose: (value) => ({ purpose: value }),
    category: (value) => ({ category: value }),
    complexity: (value) => ({ complexity: value as KeeprateObject['complexity'] }),
    display: (value) => ({ display: value }),
    floor: (value) => ({ floor: readNumber('x-keeprate-floor', value) }),
    brand: (value) => ({ brand: value }),
    references: (value) => ({ references: value.split(',').map((name) => name.trim()) }),
    'reference-threshold': (value) => ({
      reference_threshold: readNumber('x-keeprate-reference-threshold', value),
    }),
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
