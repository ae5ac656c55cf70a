import type { BudgetRefusal } from '../core/budgets/claim.ts'
import type {
  Attempt,
  CacheEntry,
  Fact,
  ImageRecord,
  JobFilter,
  RequestRecord,
} from '../core/jobs/request-record.ts'
import type { Balance, Book, Hold, LedgerEntry } from '../core/ledger/entry.ts'
import type { Instant } from '../core/time.ts'
import type { AlertStore } from './alert-store.ts'
import type { AnswerStore } from './answer-store.ts'
import type { BatchStore } from './batch-store.ts'
import type { BeliefStore } from './belief-store.ts'
import type { BudgetStore } from './budget-store.ts'
import type { CacheEntries } from './cache-entries.ts'
import type { CacheLookupStore } from './cache-lookups.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { ExperimentStore } from './experiment-store.ts'
import type { FeedbackStore } from './feedback-store.ts'
import type { FileStore } from './file-store.ts'
import type { HistoryStore } from './history-store.ts'
import type { JobQueue } from './job-queue.ts'
import type { KeptPictures } from './kept-pictures.ts'
import type { KeyStore } from './key-store.ts'
import type { KnownUploadStore } from './known-uploads.ts'
import type { NoticeStore } from './notice-store.ts'
import type { PriceStore } from './price-store.ts'
import type { RouteOrderStore } from './route-order-store.ts'
import type { SharpnessStore } from './sharpness-store.ts'
import type { SimilarPromptStore } from './similar-prompts.ts'
import type { UsageStore } from './usage-store.ts'

/**
 * The only way to write facts. One commit is atomic and, once it resolves, durable; commits that
 * arrive together share one transaction, in their order (group commit).
 */
export interface Journal {
  /**
   * Rejects without writing anything when a fact contradicts what is written: an attempt settled
   * twice, a hold closed twice, a request ended twice, an id used again. An error marked
   * `isOutcomeUnknown: true` was met while the commit was confirmed: it is written, or not. A hold
   * that a budget has no room for is refused with all that came along; the check and the putting
   * aside are one step, for all processes on one database.
   */
  commit(facts: readonly Fact[]): Promise<void>
}

/** Thrown when a fact contradicts what is written; recognised by its marker property. */
export interface ContradictionError extends Error {
  readonly contradiction: string
}

/** Thrown when a budget has no room for a hold; recognised by its marker property. */
export interface BudgetRefusedError extends Error {
  readonly budgetRefusal: BudgetRefusal
}

/** Money: projections of immutable entries. */
export interface LedgerStore {
  balance(keyId: string, book: Book): Promise<Balance>
  entries(requestId: string): Promise<readonly LedgerEntry[]>
  /** The hold of a request, with whether it is still open. */
  hold(requestId: string): Promise<(Hold & { readonly isOpen: boolean }) | undefined>
  /**
   * Findings of a full check, empty when the books are right: every closed hold has one close
   * entry, spent + released covers it, running totals and usage equal the sum of the entries.
   */
  audit(): Promise<readonly string[]>
  /**
   * What is no mistake of the books but must be looked at: holds that are still open though their
   * request has ended, or that were opened before `openedBefore`; and calls that made pictures at
   * no cost.
   */
  doubts(openedBefore: Instant): Promise<readonly string[]>
}

/** Requests, attempts and pictures. */
export interface RequestStore {
  request(id: string): Promise<RequestRecord | undefined>
  attempts(requestId: string): Promise<readonly Attempt[]>
  attempt(id: string): Promise<Attempt | undefined>
  images(requestId: string): Promise<readonly ImageRecord[]>
  image(id: string): Promise<ImageRecord | undefined>
  /** Newest first; `after` is the id of the last one seen. */
  list(query: {
    readonly tenant: string
    readonly state?: JobFilter
    /** Those of one group alone. */
    readonly group?: string
    readonly limit: number
    readonly after?: string
  }): Promise<readonly RequestRecord[]>
  /**
   * Takes over running requests whose lease has run out, oldest first, and leases them to
   * `owner`. Two callers never get the same one.
   */
  claimUnfinished(claim: {
    readonly owner: string
    readonly now: Instant
    readonly leaseUntil: Instant
    readonly limit: number
    /** Lines of this batch only. */
    readonly batchId?: string
  }): Promise<readonly RequestRecord[]>
  /** Extends the leases of all running requests of `owner`. */
  renewLeases(owner: string, leaseUntil: Instant): Promise<void>
  /** Gives up `owner`'s lease on a request, which can be claimed again from `from` on. */
  giveBack(lease: {
    readonly id: string
    readonly owner: string
    readonly from: Instant
  }): Promise<void>
  /**
   * Notes that a request is to be cancelled; who works on it looks for that. Changes nothing once
   * it has ended, and the first note stays.
   */
  askCancel(id: string, at: Instant): Promise<void>
  /** The running requests of `owner` that are to be cancelled. */
  cancelAsked(owner: string): Promise<readonly string[]>
}

/** Which published pictures answer which key. */
export interface CacheStore {
  /** Entries of a key that have not expired, newest first, with their published pictures. */
  find(query: {
    readonly key: string
    readonly now: Instant
    readonly limit: number
  }): Promise<readonly { readonly entry: CacheEntry; readonly image: ImageRecord }[]>
  /** Deletes up to `limit` expired entries; returns how many went. */
  purge(now: Instant, limit: number): Promise<number>
}

/** Small durable settings shared by all replicas, such as the secret that signs links. */
export interface SettingStore {
  /**
   * Returns the stored value, or stores `initial` when there is none; all replicas get the same.
   */
  getOrCreate(name: string, initial: string): Promise<string>
  /** The stored value; undefined when there is none yet. */
  get(name: string): Promise<string | undefined>
}

/** Everything one database gives, opened together. */
export interface Stores {
  readonly journal: Journal
  readonly ledger: LedgerStore
  readonly requests: RequestStore
  readonly queue: JobQueue
  readonly files: FileStore
  readonly batches: BatchStore
  readonly chunks: ChunkStore
  readonly cache: CacheStore
  readonly cacheEntries: CacheEntries
  readonly cacheLookups: CacheLookupStore
  readonly similarPrompts: SimilarPromptStore
  readonly knownUploads: KnownUploadStore
  readonly answers: AnswerStore
  readonly usage: UsageStore
  readonly keys: KeyStore
  readonly budgets: BudgetStore
  readonly settings: SettingStore
  readonly prices: PriceStore
  readonly history: HistoryStore
  readonly feedback: FeedbackStore
  readonly notices: NoticeStore
  readonly alerts: AlertStore
  readonly beliefs: BeliefStore
  readonly kept: KeptPictures
  readonly routeOrders: RouteOrderStore
  readonly experiments: ExperimentStore
  readonly sharpness: SharpnessStore
  /** Resolves when the database answers. */
  check(): Promise<void>
  close(): Promise<void>
}
