import { z } from 'zod'
import { isPattern, severities } from '../core/notices/notice.ts'

const secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64')

const webUrl = z.url({ protocol: /^https?$/ })

const events = z
  .array(z.string().refine(isPattern, 'must be an event, such as image.completed, alert.* or *'))
  .min(1)
  .max(32)

const least = {
  severity: z.enum(severities).optional().describe('Alerts below it are not sent here'),
}

/** A webhook of the settings. */
const webhookRow = z.strictObject({
  url: webUrl.describe('Notices are posted here, signed'),
  secret: z
    .union([secret, z.array(secret).min(1).max(4)])
    .describe('Signs as Standard Webhooks; several sign at once while you rotate'),
  events: events.optional().describe('Which events; all unless it says'),
  allow_private: z.boolean().optional().describe('The URL may lie on a private address'),
})

/** Webhooks of the operator. */
export const webhookSettings = z.strictObject({
  endpoints: z.array(webhookRow).max(16).optional().describe('Webhooks of the operator'),
  private_origins: z
    .array(webUrl)
    .max(32)
    .optional()
    .describe('Origins that webhooks may have though they are private or without encryption'),
})

/** Somewhere alerts go: an address, or one of the kinds with what it needs. */
export const sinkRow = z.union([
  z.string().regex(/^(https?:\/\/|mailto:)\S+$/, 'must be an https address or mailto:…'),
  z.strictObject({ slack: webUrl.describe('Incoming webhook of a chat'), ...least }),
  z.strictObject({
    page: z.string().min(16).max(64).describe('Integration key of PagerDuty, Events API v2'),
    ...least,
  }),
  z.strictObject({ mail: z.email().describe('Address of somebody'), ...least }),
  z.strictObject({
    webhook: webUrl.describe('Alerts are posted here, signed'),
    secret: secret.optional().describe('Signs; else GET /v1/webhooks/default/secret does'),
    allow_private: z.boolean().optional().describe('The URL may lie on a private address'),
    ...least,
  }),
])
/** See {@link sinkRow}. */
export type SinkSettings = z.infer<typeof sinkRow>

/** How mail leaves. */
export const smtpSettings = z.strictObject({
  host: z.string().min(1).describe('Server that takes mail'),
  port: z.number().int().min(1).max(65_535).optional().describe('465 with secure, else 587'),
  secure: z.boolean().optional().describe('TLS from the first byte; else STARTTLS if offered'),
  user: z.string().min(1).optional().describe('Who sends'),
  password: z.string().min(1).optional().describe('His password; use $NAME in braces'),
  from: z.string().min(3).describe('Sender of the mail'),
})
/** See {@link smtpSettings}. */
export type SmtpSettings = z.infer<typeof smtpSettings>
