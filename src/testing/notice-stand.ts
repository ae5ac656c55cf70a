import { createWebhookSecrets } from '../adapters/couriers/webhook-secrets.ts'
import { NoticeDesk, type NoticeParts } from '../gateway/notice-desk.ts'
import type { Stores } from '../ports/stores.ts'

/** What a test may say of notices. */
export interface NoticeOptions {
  /** Origins that webhooks may have though they are private; none unless it says. */
  readonly privateOrigins?: readonly string[]
}

/** A desk of notices on the stores of a stand; whatever is https may be called. */
export const noticesOf = (
  { notices: store, journal }: Pick<Stores, 'notices' | 'journal'>,
  { privateOrigins = [] }: NoticeOptions,
  parts: Pick<NoticeParts, 'clock' | 'random' | 'log'>,
): NoticeDesk =>
  new NoticeDesk({
    ...{ privateOrigins, store, journal },
    secrets: createWebhookSecrets('secret of a stand', new Map()),
    ...parts,
  })
