/**
 * How long a provider asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` as
 * seconds or as a date. A date is measured against the answer's own `date` header, so no clock is
 * needed and a skewed one does no harm. Undefined when there is none or it makes no sense; the
 * caller limits absurd values.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const milliseconds = toNumber(headers['retry-after-ms'])
  if (milliseconds !== undefined) return Math.ceil(milliseconds)
  const text = headers['retry-after']
  const seconds = toNumber(text)
  if (seconds !== undefined) return Math.ceil(seconds * 1_000)
  const until = Date.parse(text ?? '')
  const from = Date.parse(headers.date ?? '')
  if (Number.isNaN(until) || Number.isNaN(from)) return undefined
  return Math.max(0, until - from)
}

/** A plain decimal number that is not negative. */
function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined
}
