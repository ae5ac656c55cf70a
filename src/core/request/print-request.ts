import { isObject, type JsonObject, type JsonValue, toSnake } from '../json.ts'
import { dollarsFromNano } from '../money.ts'
import { wireNameOf } from './check-draft.ts'

/** Members whose own members are the caller's, or a provider's, and stay as they were given. */
const OPAQUE: readonly string[] = ['tags', 'providerOptions']

type Print = (value: JsonValue) => JsonObject

/** Members that are said otherwise than they are kept; what callers never said is left out. */
const prints: { readonly [name: string]: Print } = {
  cacheIsExplicit: () => ({}),
  images: (value) => ({ images: printValue(value) }),
  references: (value) => ({ references: (value as JsonObject[]).map(printReference) }),
  size: (value) => ({ size: printSize(value) }),
  display: (value) => ({ display: printSize(value) }),
  maxCostNano: (value) => ({ max_cost: dollarsFromNano(BigInt(String(value))) }),
  cacheTtlMs: (value) => ({ cache_ttl: Number(value) / 1_000 }),
  notBefore: (value) => ({ not_before: new Date(Number(value)).toISOString() }),
  details: (value) => {
    const { kind: _, ...rest } = value as JsonObject
    return printMembers(rest)
  },
}

/** Its id can be sent again; what was sent along is named by its content, as input images are. */
const printReference = ({ digest, image }: JsonObject): JsonValue => image ?? digest ?? null

/**
 * A stored request in the spelling of the wire, so that what a receipt says can be sent again:
 * sizes as `WxH`, money in dollars, times to live in seconds.
 */
export const printAsked = (request: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(request).flatMap(([name, value]) =>
      value === undefined ? [] : Object.entries(printOne(name, value)),
    ),
  )

/** The same value with members spelled as on the wire. */
export const printMembers = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [toSnake(name), printValue(value)]),
  )

function printOne(name: string, value: JsonValue): JsonObject {
  const print = prints[name]
  if (print !== undefined) return print(value)
  return { [wireNameOf(name)]: OPAQUE.includes(name) ? value : printValue(value) }
}

const printValue = (value: JsonValue | undefined): JsonValue | undefined => {
  if (Array.isArray(value)) return value.map((each: JsonValue) => printValue(each) ?? null)
  return isObject(value) ? printMembers(value as JsonObject) : value
}

function printSize(value: JsonValue): JsonValue {
  if (!isObject(value)) return value
  const { width, height, pixelRatio } = value
  return `${width}x${height}${pixelRatio === undefined ? '' : `@${pixelRatio}`}`
}
