import type { AlertKind } from './alert.ts'
import type { AlertRules } from './alert-rules.ts'
import { costDrift, overTarget } from './conditions/cost-per-accepted.ts'
import { acceptanceDrop, cacheHitDrop } from './conditions/share-drop.ts'
import type { Finding } from './finding.ts'
import { addSums, type QualitySums, twoSpans } from './quality-sums.ts'

/** The kinds that {@link findAlarms} tells. */
export const comparedKinds: readonly AlertKind[] = [
  ...(['cost_per_accepted', 'cost_drift', 'acceptance_drop', 'cache_hit_drop'] as const),
]

/**
 * What is alarming on the last of some days, compared with the week before it. The same function
 * rings and previews.
 */
export function findAlarms(
  days: readonly (readonly QualitySums[])[],
  rules: AlertRules,
): readonly Finding[] {
  const byProvider = twoSpans(days).filter(({ recent }) => recent.provider !== '')
  // What the cache gives is nobody's merit, so providers are not told apart.
  const byPurpose = twoSpans(days.map(withoutProviders))
  return [
    ...byProvider.flatMap((spans) => [
      ...overTarget(spans, rules),
      ...costDrift(spans, rules),
      ...acceptanceDrop(spans, rules),
    ]),
    ...byPurpose.flatMap((spans) => cacheHitDrop(spans, rules)),
  ]
}

function withoutProviders(day: readonly QualitySums[]): readonly QualitySums[] {
  const sums = new Map<string, QualitySums>()
  for (const each of day) {
    const known = sums.get(each.purpose)
    const own = { ...each, provider: '' }
    sums.set(each.purpose, known === undefined ? own : addSums(known, own))
  }
  return [...sums.values()]
}
