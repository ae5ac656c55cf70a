import { createWebhookSecrets } from '../adapters/couriers/webhook-secrets.ts'
import { NoticeDesk, type NoticeParts } from '../gateway/notice-desk.ts'
import type { Stores } from '../ports/stores.ts'

/** A desk of notices on the stores of a stand; whatever is https may be called. */
export const noticesOf = (
  { notices: store, journal }: Pick<Stores, 'notices' | 'journal'>,
  parts: Pick<NoticeParts, 'clock' | 'random' | 'log'> & { privateOrigins?: readonly string[] },
): NoticeDesk =>
  new NoticeDesk({
    ...{ privateOrigins: [], store, journal },
    secrets: createWebhookSecrets('secret of a stand', new Map()),
    ...parts,
  })
