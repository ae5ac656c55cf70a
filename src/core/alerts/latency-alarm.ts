/** An alarm ends well below the limit, or one that is just at it would ring all day. */
const QUIET_SHARE = 0.8

/**
 * Whether an offer is to be called too slow, given whether it already was.
 * @example isTooSlow(false, { p95Ms: 8_001, limitMs: 8_000 }) // true
 * @example isTooSlow(true, { p95Ms: 7_000, limitMs: 8_000 }) // true, because it ends at 6_400
 */
export const isTooSlow = (
  was: boolean,
  { p95Ms, limitMs }: { readonly p95Ms: number; readonly limitMs: number },
): boolean => p95Ms > (was ? limitMs * QUIET_SHARE : limitMs)
