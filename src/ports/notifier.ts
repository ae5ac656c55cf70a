import type { Alert } from '../core/alerts/alert.ts'

/**
 * Tells somebody. Everything that people should hear of goes through this one port, whatever is
 * behind it; a notifier never throws, because nothing may depend on whether it was heard.
 */
export interface Notifier {
  notify(alert: Alert): void
  /** Waits for what is under way. */
  close(): Promise<void>
}
