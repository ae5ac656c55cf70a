import { type Nano, roundToNano } from '../money.ts'
import { decimal } from '../pricing/decimal.ts'
import { startOfDay } from '../time.ts'

/** What a provider's export says of one day and one model. */
export interface BillLine {
  /** Line of the file, or the number of the result in it, from 1. */
  readonly line: number
  /** UTC day. */
  readonly day: string
  /** As the provider names it; empty when it is a sum over all models. */
  readonly model: string
  readonly images?: bigint
  readonly costNano?: Nano
}

/** A line that could not be read, and why. */
export interface BillProblem {
  readonly line: number
  readonly message: string
}

/** A provider's export. */
export interface Bill {
  readonly lines: readonly BillLine[]
  readonly problems: readonly BillProblem[]
}

/** Longest text of a model that is taken from a file. */
const MAX_MODEL_CHARACTERS = 256

/** Dollars as exports write them: `0.04`, `$1,234.50`, `4e-7`. */
const AMOUNT_PATTERN = /^(-?)\$?(\d{1,12}|\d{1,3}(?:,\d{3}){1,4})(\.\d{1,30})?([eE][+-]?\d{1,2})?$/

/** Reads dollars; undefined when the text is no amount. */
export function readAmount(text: string): Nano | undefined {
  const match = AMOUNT_PATTERN.exec(text.trim())
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match
  return roundToNano(decimal(`${sign}${whole.replaceAll(',', '')}${fraction}${exponent}`))
}

/** Reads a number of pictures; undefined when the text is none. */
export function readCount(text: string): bigint | undefined {
  const match = /^(\d{1,15})(\.0+)?$/.exec(text.trim())
  return match?.[1] === undefined ? undefined : BigInt(match[1])
}

/**
 * Reads a UTC day from a day, an instant, or Unix seconds; undefined when the text is none. Days
 * such as 03/04/2026 are not read: they are March in one country and April in another.
 */
export function readDay(text: string): string | undefined {
  const trimmed = text.trim()
  if (/^\d{9,10}$/.test(trimmed)) return dayOfSeconds(Number(trimmed))
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(.*))?$/.exec(
    trimmed,
  )
  if (match?.[1] === undefined || !isDay(match[1])) return undefined
  if (match[2] === undefined) return match[1]
  const zone = (match[3] ?? '').trim().replace(/^(UTC|GMT)$/, 'Z') || 'Z'
  const instant = Date.parse(`${match[1]}T${match[2]}${zone}`)
  return Number.isNaN(instant) ? undefined : new Date(instant).toISOString().slice(0, 10)
}

/** The UTC day of an instant in Unix seconds. */
export const dayOfSeconds = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 10)

/** A model's name as it may stand in a report. */
export const readModel = (text: string): string => text.trim().slice(0, MAX_MODEL_CHARACTERS)

function isDay(text: string): boolean {
  try {
    startOfDay(text)
    return true
  } catch {
    return false
  }
}
