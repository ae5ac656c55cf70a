import { joinNotifiers } from '../adapters/notifiers/join-notifiers.ts'
import { createLogNotifier } from '../adapters/notifiers/log-notifier.ts'
import { createWebhookNotifier } from '../adapters/notifiers/webhook-notifier.ts'
import type { Clock } from '../ports/clock.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { Log } from '../ports/log.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { Settings } from './schema.ts'

/** Who is told of alerts: always the log, and the webhook of the settings. */
export function createNotifier(
  { alerts }: Pick<Settings, 'alerts'>,
  parts: { readonly http: HttpClient; readonly clock: Clock; readonly log: Log },
): Notifier {
  const { webhook } = alerts
  const log = createLogNotifier(parts.log)
  if (webhook === undefined) return log
  const { url, secret } = webhook
  const privateOrigins = webhook.allow_private === true ? [new URL(url).origin] : []
  return joinNotifiers([log, createWebhookNotifier({ ...parts, url, secret, privateOrigins })])
}
