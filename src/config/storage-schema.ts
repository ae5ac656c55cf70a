import { z } from 'zod'
import { nanoFromDollars } from '../core/money.ts'
import type { RetentionRule } from '../core/storage/retention.ts'
import type { StoragePrices } from '../core/storage/storage-cost.ts'
import { parseDuration } from '../core/time.ts'

const dollars = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,9})?$/, 'must be dollars, such as "0.023"')
  .describe('Dollars')

const age = z.string().refine((text) => (parseDuration(text) ?? 0) > 0, 'must be 12h, 90d')

/** What `storage` of the file may say beside where pictures lie. */
export const storageMembers = {
  public_url: z
    .url()
    .optional()
    .describe('Base of links to pictures: a content network that asks this gateway'),
  retention: z
    .array(
      z.strictObject({
        older_than: age.describe('Age from which they go: 12h, 90d'),
        only: z
          .enum(['all', 'rejected', 'refused'])
          .default('all')
          .describe('All, those that somebody rejected, or those that a check refused'),
        tenant: z.string().min(1).max(200).optional().describe('Only of this tenant'),
      }),
    )
    .max(50)
    .optional()
    .describe('What may go after a time; without any rule pictures are kept for ever'),
  prices: z
    .strictObject({
      gb_month: dollars.optional().describe('Of keeping a gigabyte for a month'),
      gb_sent: dollars.optional().describe('Of sending a gigabyte'),
    })
    .optional()
    .describe('What the store charges, for `keeprate storage usage` and `GET /v1/usage/storage`'),
}

/** What is read of {@link storageMembers}. */
export interface KeepingSettings {
  readonly picturesUrl?: string
  readonly retention: readonly RetentionRule[]
  readonly prices: StoragePrices
}

type Members = {
  readonly [Name in keyof typeof storageMembers]?: z.infer<(typeof storageMembers)[Name]>
}

/** Reads what was checked before. */
export function keepingOf({ public_url, retention = [], prices = {} }: Members): KeepingSettings {
  return {
    ...(public_url === undefined ? {} : { picturesUrl: public_url.replace(/\/+$/, '') }),
    retention: retention.map(({ older_than, only, tenant }) => ({
      ...{ only, olderThanMs: parseDuration(older_than) ?? Number.POSITIVE_INFINITY },
      ...(tenant === undefined ? {} : { tenant }),
    })),
    prices: {
      ...(prices.gb_month === undefined
        ? {}
        : { monthGigabyteNano: nanoFromDollars(prices.gb_month) }),
      ...(prices.gb_sent === undefined
        ? {}
        : { sentGigabyteNano: nanoFromDollars(prices.gb_sent) }),
    },
  }
}
