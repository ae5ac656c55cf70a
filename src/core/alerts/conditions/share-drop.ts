import { lowerBound, upperBound } from '../../statistics/binomial-bound.ts'
import type { AlertRules } from '../alert-rules.ts'
import { type Finding, warning } from '../finding.ts'
import type { TwoSpans } from '../quality-sums.ts'

/** With fewer pictures a share says nothing. */
const FEWEST = 30

/** It is asked again and again, so chance must be rarer than usual. */
const CONFIDENCE = 0.99

interface Share {
  readonly of: number
  readonly found: number
}

/**
 * Whether a share fell by so much, beyond chance: the most that it can be now lies below the least
 * that it can have been.
 */
function hasDropped(recent: Share, before: Share, least: number): boolean {
  if (recent.of < FEWEST || before.of < FEWEST) return false
  const drop = before.found / before.of - recent.found / recent.of
  if (drop < least) return false
  const most = upperBound(recent.found, recent.of, CONFIDENCE)
  return most < lowerBound(before.found, before.of, CONFIDENCE)
}

const percent = ({ found, of }: Share): string => `${Math.round((found / of) * 100)} %`
const shareOf = ({ found, of }: Share): number => Math.round((found / of) * 10_000) / 10_000

/** Fewer pictures are accepted than in the week before. */
export function acceptanceDrop(
  { subject, recent, before }: TwoSpans,
  { acceptanceDrop: least }: AlertRules,
): readonly Finding[] {
  const now = { of: recent.judged, found: recent.accepted }
  const then = { of: before.judged, found: before.accepted }
  if (least === undefined || !hasDropped(now, then, least)) return []
  const was = `${percent(then)} in the week before`
  const text = `${percent(now)} of the pictures of ${subject} are accepted, ${was}.`
  const data = { acceptance: shareOf(now), before: shareOf(then), judged: now.of }
  return [warning('acceptance_drop', subject, text, data)]
}

/** The cache gives fewer pictures than in the week before. */
export function cacheHitDrop(
  { purpose, recent, before }: TwoSpans,
  { cacheHitDrop: least }: AlertRules,
): readonly Finding[] {
  const now = { of: recent.delivered, found: recent.cached }
  const then = { of: before.delivered, found: before.cached }
  if (least === undefined || !hasDropped(now, then, least)) return []
  const subject = purpose || 'any purpose'
  const was = `${percent(then)} in the week before`
  const text = `The cache gave ${percent(now)} of the pictures for ${subject}, ${was}.`
  const data = { hit_share: shareOf(now), before: shareOf(then), delivered: now.of }
  return [warning('cache_hit_drop', subject, text, data)]
}
