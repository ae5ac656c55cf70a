import type { JsonObject } from '../json.ts'
import type { Alert, AlertKind } from './alert.ts'

/** What a condition found: an alert without its instant. */
export type Finding = Omit<Alert, 'at'>

/** A warning of a kind about a subject; the commonest finding. */
export const warning = (
  kind: AlertKind,
  subject: string,
  text: string,
  data: JsonObject,
): Finding => ({ kind, severity: 'warning', subject, text, data })
