import type { JsonObject } from '../json.ts'
import type { Notice } from './notice.ts'

/** Where PagerDuty takes events (developer.pagerduty.com, "Events API v2", read 2026-11-20). */
export const PAGE_URL = 'https://events.pagerduty.com/v2/enqueue'

/** Longest summary that is taken (same source). */
const MAX_SUMMARY = 1_024

/**
 * A notice as an event of PagerDuty's Events API v2. An alert that ends another one resolves its
 * incident, because both have the same key.
 */
export function pageEvent({ type, at, data }: Notice, routingKey: string): JsonObject {
  const ends = typeof data.resolves === 'string' ? data.resolves : undefined
  const key = ends ?? (typeof data.key === 'string' ? data.key : type)
  const { severity, text, subject } = data
  return {
    routing_key: routingKey,
    event_action: ends === undefined ? 'trigger' : 'resolve',
    dedup_key: key.slice(0, 255),
    payload: {
      summary: String(text ?? type).slice(0, MAX_SUMMARY),
      source: 'keeprate',
      severity: severity === 'critical' || severity === 'info' ? severity : 'warning',
      timestamp: new Date(at).toISOString(),
      component: subject,
      class: type,
      custom_details: data,
    },
  }
}
