import { parseDuration } from '../core/time.ts'

/** Any text. */
export const text = (value: unknown): string => String(value)

/** Whether a text is an address of the web, so not of a file or a script. */
export const isWebAddress = (value: string): boolean =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)

/** An address without slashes at its end. */
export const webAddress = (value: unknown): string => {
  if (isWebAddress(String(value))) return String(value).replace(/\/+$/, '')
  throw new RangeError('must be an http or https address')
}

/**
 * PostgreSQL's address, or where a SQLite file lies; never told back, for it may hold a password.
 */
export const databaseAddress = (value: unknown): string => {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(String(value))?.[1]?.toLowerCase() ?? 'file'
  if (['postgres', 'postgresql', 'file'].includes(scheme)) return String(value)
  throw new RangeError('must be postgres://… or file:<path>')
}

/** Address of a Redis; never told back, for it may hold a password. */
export const redisAddress = (value: unknown): string => {
  if (/^rediss?:\/\/./.test(String(value)) && URL.canParse(String(value))) return String(value)
  throw new RangeError('must be redis://… or rediss://…')
}

/** A whole number within bounds. */
export const wholeNumber =
  (low: number, high: number) =>
  (value: unknown): number => {
    const number = Number(value)
    if (Number.isInteger(number) && number >= low && number <= high) return number
    throw new RangeError(`must be a whole number from ${low} to ${high}`)
  }

/** true or false, in a few spellings. */
export const flag = (value: unknown): boolean => {
  if (value === true || value === 'true' || value === '1' || value === 'on') return true
  if (value === false || value === 'false' || value === '0' || value === 'off') return false
  throw new RangeError('must be true or false')
}

/** One of these words. */
export const oneOf =
  <Word extends string>(words: readonly Word[]) =>
  (value: unknown): Word => {
    const word = words.find((candidate) => candidate === value)
    if (word !== undefined) return word
    throw new RangeError(`must be ${words.join(' or ')}`)
  }

/** A duration in milliseconds. */
export const durationMs = (value: unknown): number => {
  const milliseconds = parseDuration(String(value))
  if (milliseconds !== undefined) return milliseconds
  throw new RangeError('must be seconds, or 30m, 72h, 7d')
}

/** A list, or names with commas between them. */
export const names = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : String(value).split(','))
    .map((name) => String(name).trim())
    .filter((name) => name !== '')

/** `all`, `none`, or names of providers. */
export const sandboxNames = (value: unknown): 'all' | 'none' | readonly string[] => {
  const listed = names(value)
  const [first] = listed
  const isWord = !Array.isArray(value) && listed.length === 1
  return isWord && (first === 'all' || first === 'none') ? first : listed
}

/** A key that is long enough. */
export const adminKeyText = (value: unknown): string => {
  if (String(value).length >= 16) return String(value)
  throw new RangeError('must have at least 16 characters')
}

/** How clients are told that no budget has room. */
export const budgetStatus = (value: unknown): 402 | 429 => {
  if (String(value) === '402') return 402
  if (String(value) === '429') return 429
  throw new RangeError('must be 402 or 429')
}
