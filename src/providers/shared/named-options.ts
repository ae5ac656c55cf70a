import { z } from 'zod'
import type { JsonValue } from '../../core/json.ts'
import { once } from './once.ts'

const MAX_OPTIONS = 100

const names = z.array(z.string()).max(MAX_OPTIONS).catch([])

/** Any value: what the field takes is known to the service alone, which checks it. */
const value = z.custom<JsonValue>((given) => given !== undefined, 'must be a JSON value')

/**
 * Provider options of which only the names are known, from a list in the operator's settings. What
 * is no list allows nothing.
 */
export const namedOptions = once((list: unknown) =>
  z.strictObject(Object.fromEntries(names.parse(list).map((name) => [name, value.optional()]))),
)
