import type { z } from 'zod'

/** What is wrong with a value that was sent, for whoever sent it. */
export interface InputFlaw {
  /** The place as callers write it: `images[0].image_url`; empty for the value itself. */
  readonly param: string
  /** One sentence without its full stop. */
  readonly message: string
  /** Whether the place itself is not known. */
  readonly isUnknown: boolean
}

type Path = readonly PropertyKey[]

const paramOf = (path: Path): string =>
  path.reduce<string>((place, key) => {
    if (typeof key === 'number') return `${place}[${key}]`
    return place === '' ? String(key) : `${place}.${String(key)}`
  }, '')

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/**
 * The first thing that a schema holds against a value, in words that say what to send. A name that
 * is not known comes before one that is missing: the second is often the first, misspelt.
 */
export function flawOfInput({ issues }: z.core.$ZodError, value: unknown): InputFlaw {
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const param = paramOf([...issue.path, ...issue.keys.slice(0, 1)])
    return { param, message: `${param} is not known here`, isUnknown: true }
  }
  const [issue] = issues
  if (issue === undefined) return { param: '', message: 'it is malformed', isUnknown: false }
  const param = paramOf(issue.path)
  return {
    param,
    message: `${param} ${wordsOf(issue, valueAt(value, issue.path))}`,
    isUnknown: false,
  }
}

function wordsOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_type') {
    const kind = kinds[issue.expected] ?? `of the type ${issue.expected}`
    return value === undefined ? `is missing; it must be ${kind}` : `must be ${kind}`
  }
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String)
    return words.length === 1 ? `must be ${words[0]}` : `must be one of ${words.join(', ')}`
  }
  if (issue.code === 'invalid_format' && issue.format === 'datetime') {
    return 'must be an instant such as 2026-12-31T18:00:00Z'
  }
  if (issue.code === 'too_small' && issue.inclusive === false) {
    return `must be more than ${issue.minimum}`
  }
  if (issue.code === 'too_small') return `must ${sizeWords(issue.origin)} at least ${issue.minimum}`
  if (issue.code === 'too_big') return `must ${sizeWords(issue.origin)} at most ${issue.maximum}`
  return issue.message
}

/** Length is counted, a number is compared. */
function sizeWords(origin: string): string {
  if (origin === 'array') return 'have a count of'
  return origin === 'string' ? 'have a length of' : 'be'
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner == null ? undefined : (Object(inner) as Record<PropertyKey, unknown>)[key],
    value,
  )
}
