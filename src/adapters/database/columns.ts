import type { JsonValue } from '../../core/json.ts'
import type { Instant } from '../../core/time.ts'

/** An instant as a column holds it: whole epoch milliseconds. */
export const toMilliseconds = (instant: Instant): bigint => BigInt(Math.round(instant))

/**
 * Text from outside as both databases keep it: PostgreSQL refuses the character NUL, and a paid
 * picture must not be lost because a provider's text has one. (JSON escapes it by itself.)
 */
export const toText = (text: string): string =>
  text.includes('\0') ? text.replaceAll('\0', '\u{FFFD}') : text

/** Null for what is absent. */
export const toNullable = <Value, Column>(
  value: Value | undefined,
  convert: (value: Value) => Column,
): Column | null => (value === undefined ? null : convert(value))

/** Undefined for null. */
export const fromNullable = <Column, Value>(
  column: Column | null,
  convert: (column: Column) => Value,
): Value | undefined => (column === null ? undefined : convert(column))

/** JSON that this program wrote itself, so its shape is trusted. */
export const fromJson = <Value extends JsonValue>(text: string): Value => JSON.parse(text) as Value
