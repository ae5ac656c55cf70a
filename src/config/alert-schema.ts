import { z } from 'zod'
import { readMinute } from '../core/alerts/quiet-time.ts'
import { nanoFromDollars } from '../core/money.ts'
import { openZone } from '../core/usage/zone.ts'
import { sinkRow, smtpSettings } from './notice-schema.ts'

/** A duration: seconds, or with a unit (`30m`, `72h`, `7d`). */
const duration = z.union([
  z.number().int().min(1).max(999_999_999),
  z.string().regex(/^[1-9]\d{0,8}[smhd]?$/, 'must be seconds, or 30m, 72h, 7d'),
])

const dollars = z
  .union([z.number().positive(), z.string()])
  .refine(isAmount, 'must be dollars above zero, such as 0.012')

function isAmount(value: string | number): boolean {
  try {
    return nanoFromDollars(String(value)) > 0n
  } catch {
    return false
  }
}

const off = z.literal('off')
const share = z.number().gt(0).max(1)

const minute = z
  .string()
  .refine((text) => readMinute(text) !== undefined, 'must be a time of the day, such as 22:30')

/** What is alarming: a rule that is absent has its default, `off` never rings. */
export const ruleMembers = {
  cost_per_accepted: z
    .union([dollars, z.record(z.string().min(1).max(80), dollars)])
    .optional()
    .describe('Dollars that an accepted picture may cost: one figure, or one for each purpose'),
  cost_drift: z
    .union([off, z.number().positive()])
    .optional()
    .describe('Share by which an accepted picture may become dearer than in the week before; 0.25'),
  acceptance_drop: z
    .union([off, share])
    .optional()
    .describe('Share of pictures by which the accepted ones may become fewer in a day; 0.1'),
  cache_hit_drop: z
    .union([off, share])
    .optional()
    .describe('Share of pictures by which those of the cache may become fewer in a day; 0.2'),
  cost_anomaly: z
    .union([off, z.number().min(3)])
    .optional()
    .describe('Robust standard deviations that a call may cost more than its like; 6'),
  budget: z
    .array(z.number().int().min(1).max(100))
    .max(10)
    .optional()
    .describe('Percents of a budget that are told; 50, 80 and 100'),
  model_shutdown: z
    .array(z.number().int().min(0).max(365))
    .max(10)
    .optional()
    .describe('Days before the end of a model in use at which it is told; 30, 7 and 1'),
} as const

/** Names of the rules. */
export type RuleName = keyof typeof ruleMembers

/** What is alarming and who is told of it, beside the log. */
export const alertSettings = z.strictObject({
  latency: z
    .union([off, duration])
    .optional()
    .describe('Tells of offers whose calls take longer at p95 over ten minutes; off = never'),
  ...ruleMembers,
  quiet: z
    .strictObject({
      from: minute.describe('When it begins: 22:30'),
      to: minute.describe('When it ends: 07:00'),
      zone: z
        .string()
        .refine((name) => openZone(name) !== undefined, 'must be a time zone, such as Europe/Paris')
        .optional()
        .describe('Whose wall clock; UTC unless it says'),
    })
    .optional()
    .describe('Hours in which only critical alerts are told; the others come when it ends'),
  to: z
    .union([sinkRow, z.array(sinkRow).max(16)])
    .optional()
    .describe('Where alerts go: https address, chat, mail or pager; or a list of them'),
  smtp: smtpSettings.optional().describe('How mail leaves'),
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).describe('Alerts are posted here, signed'),
      secret: z
        .string()
        .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64')
        .describe('Signs as Standard Webhooks; use $NAME in braces'),
      allow_private: z.boolean().optional().describe('The URL may lie on a private address'),
    })
    .optional()
    .describe('Alerts by webhook, as Standard Webhooks 1.0'),
})

/** Where alerts go, read. */
export type AlertSettings = z.infer<typeof alertSettings>
