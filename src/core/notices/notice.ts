import type { JsonObject } from '../json.ts'
import type { Instant } from '../time.ts'

/** What is told to the outside, by the names on the wire; alerts without one are `alert.<kind>`. */
const noticeTypes = [
  'image.completed',
  'image.failed',
  'batch.completed',
  'price.changed',
  'budget.threshold',
  'budget.exceeded',
  'latency.exceeded',
  'cost_per_accepted.drift',
  'provider.down',
  'provider.up',
] as const

/** Something that happened, as receivers are told of it. */
export interface Notice {
  readonly type: string
  /** Whose it is; absent for what concerns the operator alone. */
  readonly tenant?: string
  readonly at: Instant
  /** Facts for machines. Dollars are decimal strings; pictures are named, never carried. */
  readonly data: JsonObject
}

/** How urgent a notice is. Only alerts say so. */
export const severities = ['info', 'warning', 'critical'] as const
/** See {@link severities}. */
export type Severity = (typeof severities)[number]

const FORM = /^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$/

/** Whether a text can be a filter: `image.completed`, `image.*` or `*`, of a type that exists. */
export function isPattern(text: string): boolean {
  if (text.length > 80 || !FORM.test(text)) return false
  const isKnown = noticeTypes.some((type) => matchesPattern(text, type))
  return isKnown || text.startsWith('alert.')
}

/** Whether a filter lets a type pass. */
export const matchesPattern = (pattern: string, type: string): boolean =>
  pattern === '*' ||
  pattern === type ||
  (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))

/** Whether a type may be sent at all; for who makes notices by hand. */
export const isNoticeType = (type: string): boolean =>
  noticeTypes.some((known) => known === type) || /^alert\.[a-z_]{1,60}$/.test(type)
