import { defaultBreakerRule } from '../core/breaker/breaker.ts'
import { parseDuration } from '../core/time.ts'
import { defaultLimits } from '../gateway/limits.ts'
import type { ConfigFile, Settings } from './schema.ts'

/** One setting: where it may be said, what holds when nobody says it. */
export interface SettingDefinition {
  readonly key: Exclude<keyof Settings, 'providers' | 'priceOverrides'>
  /** Path in `keeprate.yaml`. */
  readonly path: readonly [keyof ConfigFile, ...string[]]
  readonly variables: readonly string[]
  readonly default?: Settings[keyof Settings]
  /**
   * Turns the text of a variable, or the value of the file, into the setting; throws RangeError.
   */
  readonly read: (value: unknown) => unknown
  readonly isSecret?: boolean
}

const text = (value: unknown): string => String(value)

/** Whether a text is an address of the web, so not of a file or a script. */
export const isWebAddress = (value: string): boolean =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)

const webAddress = (value: unknown): string => {
  if (isWebAddress(String(value))) return String(value).replace(/\/+$/, '')
  throw new RangeError('must be an http or https address')
}

/**
 * PostgreSQL's address, or where a SQLite file lies; never told back, for it may hold a password.
 */
const databaseAddress = (value: unknown): string => {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(String(value))?.[1]?.toLowerCase() ?? 'file'
  if (['postgres', 'postgresql', 'file'].includes(scheme)) return String(value)
  throw new RangeError('must be postgres://… or file:<path>')
}

const wholeNumber =
  (low: number, high: number) =>
  (value: unknown): number => {
    const number = Number(value)
    if (Number.isInteger(number) && number >= low && number <= high) return number
    throw new RangeError(`must be a whole number from ${low} to ${high}`)
  }

const flag = (value: unknown): boolean => {
  if (value === true || value === 'true' || value === '1' || value === 'on') return true
  if (value === false || value === 'false' || value === '0' || value === 'off') return false
  throw new RangeError('must be true or false')
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent']

const level = (value: unknown): string => {
  if (LEVELS.includes(String(value))) return String(value)
  throw new RangeError(`must be ${LEVELS.join(', ')}`)
}

const durationMs = (value: unknown): number => {
  const milliseconds = parseDuration(String(value))
  if (milliseconds !== undefined) return milliseconds
  throw new RangeError('must be seconds, or 30m, 72h, 7d')
}

const names = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : String(value).split(','))
    .map((name) => String(name).trim())
    .filter((name) => name !== '')

const sandbox = (value: unknown): 'all' | 'none' | readonly string[] => {
  const listed = names(value)
  const [first] = listed
  const isWord = !Array.isArray(value) && listed.length === 1
  return isWord && (first === 'all' || first === 'none') ? first : listed
}

const adminKey = (value: unknown): string => {
  if (String(value).length >= 16) return String(value)
  throw new RangeError('must have at least 16 characters')
}

/** Every setting but the providers. Precedence: flag, environment, file, default. */
export const settingTable: readonly SettingDefinition[] = [
  {
    key: 'host',
    path: ['server', 'host'],
    variables: ['KEEPRATE_HOST'],
    default: '127.0.0.1',
    read: text,
  },
  {
    key: 'port',
    path: ['server', 'port'],
    variables: ['KEEPRATE_PORT'],
    default: 4343,
    read: wholeNumber(0, 65_535),
  },
  {
    key: 'publicUrl',
    path: ['server', 'public_url'],
    variables: ['KEEPRATE_PUBLIC_URL'],
    read: webAddress,
  },
  {
    key: 'home',
    path: ['home'],
    variables: ['KEEPRATE_HOME'],
    default: '.keeprate',
    read: text,
  },
  {
    key: 'databaseUrl',
    path: ['database_url'],
    variables: ['KEEPRATE_DATABASE_URL', 'DATABASE_URL'],
    read: databaseAddress,
    isSecret: true,
  },
  {
    key: 'adminKey',
    path: ['admin_key'],
    variables: ['KEEPRATE_ADMIN_KEY'],
    read: adminKey,
    isSecret: true,
  },
  {
    key: 'logLevel',
    path: ['log_level'],
    variables: ['KEEPRATE_LOG_LEVEL'],
    default: 'info',
    read: level,
  },
  {
    key: 'bodyExtension',
    path: ['body_extension'],
    variables: ['KEEPRATE_BODY_EXTENSION'],
    default: true,
    read: flag,
  },
  {
    key: 'baseline',
    path: ['baseline'],
    variables: ['KEEPRATE_BASELINE'],
    default: 'gpt-image-2',
    read: text,
  },
  { key: 'sandbox', path: ['sandbox'], variables: ['KEEPRATE_SANDBOX'], read: sandbox },
  {
    key: 'sandboxSpeed',
    path: ['sandbox_speed'],
    variables: ['KEEPRATE_SANDBOX_SPEED'],
    // Real models take 3 to 30 s; a first look should not. 1 is the providers' own pace.
    default: 5,
    read: wholeNumber(1, 100_000),
  },
  {
    key: 'priceBooks',
    path: ['prices', 'books'],
    variables: ['KEEPRATE_PRICE_BOOKS'],
    default: [],
    read: names,
  },
  {
    key: 'cacheTtlMs',
    path: ['cache', 'ttl'],
    variables: ['KEEPRATE_CACHE_TTL'],
    default: defaultLimits.cacheTtlMs,
    read: durationMs,
  },
  {
    key: 'bytesInFlight',
    path: ['limits', 'bytes_in_flight'],
    variables: ['KEEPRATE_BYTES_IN_FLIGHT'],
    default: defaultLimits.bytesInFlight,
    read: wholeNumber(1_048_576, Number.MAX_SAFE_INTEGER),
  },
  {
    key: 'planSteps',
    path: ['limits', 'plan_steps'],
    variables: ['KEEPRATE_PLAN_STEPS'],
    default: defaultLimits.planSteps,
    read: wholeNumber(1, 10),
  },
  {
    key: 'breakerFailures',
    path: ['limits', 'breaker_failures'],
    variables: ['KEEPRATE_BREAKER_FAILURES'],
    default: defaultBreakerRule.failuresInRow,
    read: wholeNumber(0, 1_000),
  },
]
