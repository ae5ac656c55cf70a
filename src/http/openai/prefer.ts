import { invalid } from '../../core/errors/gateway-error.ts'
import { requestLimits } from '../../core/request/limits.ts'

/** That a caller would rather come back later than wait (RFC 7240). */
export interface Preference {
  /** How long it waits all the same, in milliseconds. */
  readonly waitMs: number
  /** What `preference-applied` says. */
  readonly applied: string
}

const MAX_WAIT_SECONDS = requestLimits.maxDeadlineMs / 1_000

/**
 * Reads the header `prefer`: `respond-async`, `wait=30`, or both. Other preferences are not known
 * here, and the standard has them passed over; the first of two equal ones counts.
 * @throws GatewayError for a wait that is no number of seconds, or too long.
 */
export function readPrefer(header: string | string[] | undefined): Preference | undefined {
  const all = new Map<string, string>()
  for (const preference of String(header ?? '').split(',')) {
    const [first = ''] = preference.split(';')
    const [name = '', value = ''] = first.split('=').map((part) => part.trim())
    const key = name.toLowerCase()
    if (!all.has(key)) all.set(key, value.replace(/^"(.*)"$/, '$1'))
  }
  const wait = all.get('wait')
  const isAsync = all.has('respond-async')
  if (wait === undefined) return isAsync ? { waitMs: 0, applied: 'respond-async' } : undefined
  const seconds = /^\d{1,6}$/.test(wait) ? Number(wait) : Number.NaN
  if (!(seconds <= MAX_WAIT_SECONDS)) {
    const range = `a whole number of seconds from 0 to ${MAX_WAIT_SECONDS}`
    throw invalid('Prefer', `The wait of the header Prefer must be ${range}.`)
  }
  const applied = `${isAsync ? 'respond-async, ' : ''}wait=${seconds}`
  return { waitMs: seconds * 1_000, applied }
}
