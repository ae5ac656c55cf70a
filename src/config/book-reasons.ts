import type { z } from 'zod'
import type { Keys } from './open-document.ts'

/** What is wrong with one member of a book, and where. */
export interface Flaw {
  readonly keys: Keys
  readonly reason: string
  /** The name itself should not be there. */
  readonly isName?: boolean
  readonly isWarning?: boolean
}

/** Lists whose members are told apart by their `kind`, and what such a member is called. */
const KINDS: Readonly<Record<string, string>> = {
  components: 'price structure',
  modifiers: 'modifier',
  term: 'monthly term',
}

/** What a schema found, in words for people who write books. */
export function flawsOf(issues: readonly z.core.$ZodIssue[], row: unknown, at: Keys): Flaw[] {
  const told = new Set<string>()
  return issues.flatMap((issue): Flaw[] => {
    // What is no number at all is not greater than zero either; one reason will do.
    const place = issue.path.join('.')
    if (issue.code === 'custom' && told.has(place)) return []
    told.add(place)
    const keys = [...at, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      const reason = 'there is no such member'
      return issue.keys.map((name) => ({ keys: [...keys, name], reason, isName: true }))
    }
    return [{ keys, reason: reasonOf(issue, valueAt(row, issue.path)) }]
  })
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  const unknownKind = issue.code === 'invalid_union' ? unknownKindAt(issue.path, value) : undefined
  if (unknownKind !== undefined) return unknownKind
  if (issue.code === 'invalid_type') {
    if (value === undefined) return 'is missing'
    if (issue.expected === 'string' && typeof value === 'number') {
      return value < 0
        ? `a rate cannot be negative: ${value}`
        : `must be in quotes, "${value}": a number would lose digits`
    }
  }
  if (typeof value === 'string' && /^-\s*[\d.]/.test(value)) {
    return `a rate cannot be negative: ${value}`
  }
  return issue.message
}

function unknownKindAt(path: Keys, value: unknown): string | undefined {
  if (path.at(-1) !== 'kind') return undefined
  const list = path.findLast((key) => typeof key === 'string' && key in KINDS)
  const what = KINDS[String(list)] ?? 'kind'
  if (value === undefined) return `is missing: which ${what} is it?`
  return `there is no ${what} ${JSON.stringify(value)}`
}

/** What stands at a path; undefined where there is nothing. */
export function valueAt(row: unknown, path: Keys): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    row,
  )
}
