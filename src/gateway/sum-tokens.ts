import type { JsonObject } from '../core/json.ts'
import type { Usage } from '../core/pricing/usage.ts'

/** Tokens of several calls together; undefined when none of them counted any. */
export function sumTokens(
  usages: readonly (JsonObject | undefined)[],
): Usage['tokens'] | undefined {
  const sum: Record<string, number> = {}
  for (const usage of usages) {
    for (const [name, count] of Object.entries((usage?.tokens ?? {}) as JsonObject)) {
      if (typeof count === 'number') sum[name] = (sum[name] ?? 0) + count
    }
  }
  return Object.keys(sum).length === 0 ? undefined : sum
}
