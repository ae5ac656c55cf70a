import { sql } from 'kysely'
import type { Stores } from '../../ports/stores.ts'
import { alertStore } from './alert-store.ts'
import { answerStore } from './answer-store.ts'
import { batchStore } from './batch-store.ts'
import { beliefStore } from './belief-store.ts'
import { budgetStore } from './budget-store.ts'
import { cacheEntries } from './cache-entries.ts'
import { cacheLookupStore } from './cache-lookup-store.ts'
import { cacheStore } from './cache-store.ts'
import { chunkStore } from './chunk-store.ts'
import type { Engine } from './engine.ts'
import { experimentStore } from './experiment-store.ts'
import { feedbackStore } from './feedback-store.ts'
import { fileStore } from './file-store.ts'
import { historyStore } from './history-store.ts'
import { jobQueue } from './job-queue.ts'
import { GroupCommitJournal } from './journal.ts'
import { keptPictures } from './kept-pictures.ts'
import { keyStore } from './key-store.ts'
import { knownUploadStore } from './known-upload-store.ts'
import { ledgerStore } from './ledger-store.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/list.ts'
import { noticeStore } from './notice-store.ts'
import { priceStore } from './price-store.ts'
import { requestStore } from './request-store.ts'
import { routeOrderStore } from './route-order-store.ts'
import { settingStore } from './setting-store.ts'
import { sharpnessStore } from './sharpness-store.ts'
import { similarPromptStore } from './similar-prompt-store.ts'
import { usageStore } from './usage-store.ts'

/** All stores on one engine, with the schema brought up to date. Owns the engine from then on. */
export async function openStores(engine: Engine): Promise<Stores> {
  try {
    await migrate(engine, migrations)
  } catch (error) {
    await engine.close()
    throw error
  }
  const journal = new GroupCommitJournal((batches) => engine.write(batches))
  return {
    journal,
    ledger: ledgerStore(engine),
    requests: requestStore(engine),
    queue: jobQueue(engine),
    files: fileStore(engine),
    batches: batchStore(engine),
    chunks: chunkStore(engine),
    cache: cacheStore(engine),
    cacheEntries: cacheEntries(engine),
    cacheLookups: cacheLookupStore(engine),
    similarPrompts: similarPromptStore(engine),
    knownUploads: knownUploadStore(engine),
    answers: answerStore(engine),
    usage: usageStore(engine),
    keys: keyStore(engine),
    budgets: budgetStore(engine),
    settings: settingStore(engine),
    prices: priceStore(engine),
    history: historyStore(engine),
    feedback: feedbackStore(engine),
    notices: noticeStore(engine),
    alerts: alertStore(engine),
    beliefs: beliefStore(engine),
    kept: keptPictures(engine),
    routeOrders: routeOrderStore(engine),
    experiments: experimentStore(engine),
    sharpness: sharpnessStore(engine),
    async check() {
      await engine.execute(sql`select 1`.compile(engine.kysely))
    },
    async close() {
      await journal.close()
      await engine.close()
    },
  }
}
