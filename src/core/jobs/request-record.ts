import type { EvidenceNote } from '../acceptance/evidence-note.ts'
import type { IdempotencyKey } from '../answers/idempotency-key.ts'
import type { OwedAnswer } from '../answers/owed-answer.ts'
import type { BudgetClaim } from '../budgets/claim.ts'
import type { FailureClass } from '../errors/provider-failure.ts'
import type { ExperimentArm } from '../experiments/experiment.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Book, Hold, LedgerEntry } from '../ledger/entry.ts'
import type { Nano } from '../money.ts'
import type { ToldNotice } from '../notices/delivery.ts'
import type { QualityNote } from '../quality/quality-note.ts'
import type { ImageFormat, Operation, Quality } from '../request/image-request.ts'
import type { Instant } from '../time.ts'
import type { PutBack } from './put-back.ts'
import type { QueuePlace } from './queue-place.ts'

/** Public states of a request (= job). */
export const requestStates = [
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const
/** See {@link requestStates}. */
export type RequestState = (typeof requestStates)[number]

/** What lists of jobs are cut down to: a state, or `dead`, those that failed for good. */
export const jobFilters = [...requestStates, 'dead'] as const
/** See {@link jobFilters}. */
export type JobFilter = (typeof jobFilters)[number]

/** The states after which nothing more happens. */
export const isEnded = (state: RequestState): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled'

/**
 * One request, from acceptance to its end: the unit of work for synchronous, asynchronous and
 * batch use. A synchronous call is a wait on it.
 */
export interface RequestRecord {
  readonly id: string
  readonly tenant: string
  readonly keyId: string
  readonly operation: Operation
  readonly model: string
  readonly state: RequestState
  /** The normalised request, as `toStoredRequest` prints it. */
  readonly request: JsonObject
  /** The plan that was chosen, with the reasons (the explanation), as JSON. */
  readonly plan: JsonObject
  readonly book: Book
  /** Version of the price book in force at the start; a later change never reaches this request. */
  readonly priceVersion: string
  readonly createdAt: Instant
  readonly endedAt?: Instant
  readonly costNano: Nano
  readonly listCostNano?: Nano
  readonly savedNano?: Nano
  /** Code and message when it failed. */
  readonly error?: JsonObject
  /** What the answer said: route, provider, model, cache, warnings, timings. */
  readonly summary?: JsonObject
  /** What the answer was made of; usage counts the request under it. */
  readonly made?: Made
  /** Which process works on it, and until when it has sole right to. */
  readonly leaseOwner?: string
  readonly leaseUntil?: Instant
  /** When somebody asked to cancel it; what runs by then may still end with pictures. */
  readonly cancelAskedAt?: Instant
  /** Its place in the queue; absent where a caller waits for the answer. */
  readonly place?: QueuePlace
}

/** What an answer was made of. */
export interface Made {
  /** Offer of its first picture; absent when there is none, or none is known. */
  readonly offer?: string
  /** `WxH` that was asked of that offer. */
  readonly size?: string
  readonly quality?: string
  /** Pictures in the answer. */
  readonly images: number
  /** How many of them the cache gave. */
  readonly cached: number
}

/** How far an attempt has come. Each state is written before the act it announces. */
export type AttemptState =
  /** About to be sent, or sent and not answered: after a crash nobody knows which. */
  | 'submitting'
  /** The provider gave a job id. */
  | 'submitted'
  /** Ended, money booked. */
  | 'settled'

/** One call to one offer. */
export interface Attempt {
  readonly id: string
  readonly requestId: string
  /** Order within the request, from 0. */
  readonly position: number
  /** `provider/model`. */
  readonly offer: string
  readonly step: number
  /** Images asked of this call. */
  readonly images: number
  readonly state: AttemptState
  /** What the call was: settings, expected size and estimate, enough to go on after a restart. */
  readonly call: JsonObject
  readonly startedAt: Instant
  /** The provider's job, once submitted. */
  readonly job?: JsonObject
  readonly settledAt?: Instant
  readonly outcome?: 'produced' | FailureClass
  readonly failureMessage?: string
  readonly costNano: Nano
  /** How the cost is known: from the price book, from the provider, or only suspected. */
  readonly costBasis?: 'book' | 'reported' | 'suspected' | 'not_billed'
  /** The lines of the charge, for the receipt. */
  readonly charge?: readonly JsonValue[]
  readonly usage?: JsonObject
  readonly providerRequestId?: string
}

/** One picture that was paid for. */
export interface ImageRecord {
  readonly id: string
  readonly requestId: string
  readonly attemptId: string
  readonly tenant: string
  /** SHA-256 of the bytes as the provider made them (kept: they carry provenance marks). */
  readonly originalDigest: string
  /**
   * SHA-256 of the bytes that are served; equals the original unless it was resized or converted.
   */
  readonly digest: string
  readonly format: ImageFormat
  readonly width: number
  readonly height: number
  readonly byteLength: number
  /** Bytes of the original, where it is kept beside what is served. */
  readonly originalByteLength?: number
  /**
   * `stored` = paid and kept; `published` = judged good and servable; `refused` = kept, not served;
   * `removed` = its bytes went by a rule, `lost` = the store lost them; what is known of it stays.
   */
  readonly state: 'stored' | 'published' | 'refused' | 'removed' | 'lost'
  /** Why it was refused. */
  readonly refusal?: string
  /** What gates said of it; absent when none had to look. */
  readonly quality?: QualityNote
  readonly model: string
  readonly provider: string
  readonly costNano: Nano
  readonly seed?: number
  readonly revisedPrompt?: string
  readonly createdAt: Instant
}

/** An entry of the exact cache: one published picture under one key. */
export interface CacheEntry {
  /** Digest of tenant and everything of the request that decides the picture. */
  readonly key: string
  readonly imageId: string
  readonly tenant: string
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** As it was asked for, where the key says nothing of it. */
  readonly quality?: Quality
  /** Floor of the purpose that it was made for, 0 to 1. */
  readonly floor?: number
}

/** What can be written. All facts of one commit become durable together or not at all. */
export type Fact =
  | {
      /** A name that is in use contradicts, one that has expired gives way. */
      readonly kind: 'key-used'
      readonly key: IdempotencyKey
    }
  | {
      /** A request that is `queued` waits for whoever claims it. */
      readonly kind: 'request-accepted'
      readonly request: RequestRecord
    }
  | {
      /** A claimed job has its plan; refused once another process has claimed it. */
      readonly kind: 'job-begun'
      readonly request: RequestRecord
    }
  | {
      /** A claimed job goes back into the queue; refused like `job-begun`. */
      readonly kind: 'job-put-back'
      readonly id: string
      readonly fence: number
      readonly back: PutBack
    }
  | { readonly kind: 'answer-owed'; readonly answer: OwedAnswer }
  | {
      /** Refused as a whole when one of the budgets has no room for its claim. */
      readonly kind: 'hold-opened'
      readonly hold: Hold
      readonly claims?: readonly BudgetClaim[]
    }
  | { readonly kind: 'attempt-started'; readonly attempt: Attempt }
  | {
      readonly kind: 'attempt-submitted'
      readonly attemptId: string
      readonly job: JsonObject
    }
  | {
      /** Moves `submitting` or `submitted` to `settled`; a second settle is an error. */
      readonly kind: 'attempt-settled'
      readonly attempt: Attempt
      readonly entry: LedgerEntry
      readonly images: readonly ImageRecord[]
    }
  | {
      readonly kind: 'image-judged'
      readonly image: ImageRecord
    }
  | {
      /** A picture of the cache that was scaled or converted for this request; it cost nothing. */
      readonly kind: 'image-derived'
      readonly image: ImageRecord
    }
  | { readonly kind: 'evidence-noted'; readonly note: EvidenceNote }
  | {
      /** A plan was chosen: by what the best known one would have cost, and what was risked. */
      readonly kind: 'plan-chosen'
      readonly book: Book
      readonly knownNano: number
      readonly extraNano: number
    }
  | {
      /** The request takes part in an experiment; said again after a restart, it stays as it is. */
      readonly kind: 'experiment-joined'
      readonly requestId: string
      readonly experimentId: string
      readonly arm: ExperimentArm
    }
  | { readonly kind: 'cache-written'; readonly entry: CacheEntry }
  | {
      /** Ends the request; a second end is an error. */
      readonly kind: 'request-ended'
      readonly request: RequestRecord
    }
  | { readonly kind: 'hold-closed'; readonly entry: LedgerEntry }
  | {
      /** Somebody is to be told; what is told is durable with what it tells of. */
      readonly kind: 'notice-given'
      readonly told: ToldNotice
    }
  | {
      /** It was delivered, or there is none; nothing is said against one that has gone already. */
      readonly kind: 'answer-closed'
      readonly answer: OwedAnswer
    }
