import type { BudgetClaim } from '../core/budgets/claim.ts'
import type { Spender } from '../core/budgets/scope.ts'
import type { CacheTier } from '../core/cache/lookup.ts'
import type { Resolution } from '../core/catalog/catalog.ts'
import type { CallSettings } from '../core/catalog/settings.ts'
import type { GatewayError } from '../core/errors/gateway-error.ts'
import type { ProviderFailure } from '../core/errors/provider-failure.ts'
import type { QueuePlace } from '../core/jobs/queue-place.ts'
import type { Attempt, Fact, ImageRecord, RequestRecord } from '../core/jobs/request-record.ts'
import type { Book, Hold } from '../core/ledger/entry.ts'
import { type Nano, sumNano } from '../core/money.ts'
import type { RequestTraits } from '../core/purpose/request-traits.ts'
import type { PictureHash } from '../core/quality/measures/picture-hash.ts'
import type { ShownLooks } from '../core/quality/twins.ts'
import type { ImageRequest, Warning } from '../core/request/image-request.ts'
import type { Plan } from '../core/routing/plan.ts'
import type { Instant } from '../core/time.ts'
import type { CallProgress, PartialImage } from '../ports/provider.ts'
import type { Reservation } from './byte-budget.ts'
import type { Caller, Snapshot } from './dependencies.ts'
import type { Sibling } from './siblings.ts'
import type { Matched } from './similarity-desk.ts'
import type { Stop } from './stop-order.ts'

/** A good picture, ready to be given to the caller. */
export interface ReadyImage {
  readonly record: ImageRecord
  /** Present when it was made by this run; a cached one is read from the store. */
  readonly bytes?: Uint8Array
  /** False when no store took its bytes, or when it is not all that was asked for. */
  readonly isReusable: boolean
}

/** A picture that the cache gave. */
export interface CacheHit extends ReadyImage {
  /**
   * How it was found: by an equal request, by the same picture in other words, by uploads that are
   * copies of known ones, or by a prompt that is near.
   */
  readonly tier: CacheTier
  /** Bits of 256 in which an upload differs from the one it was made from, where they do. */
  readonly bits?: number
  /** The prompt that it was made for, where it is another one, and how near the two are. */
  readonly matched?: Matched
}

/** One attempt that has ended. */
export interface EndedAttempt {
  readonly attempt: Attempt
  /** Pictures that passed the checks. */
  readonly images: readonly ReadyImage[]
  readonly failures: readonly ProviderFailure[]
  /** Pictures that gates refused; the best of them is delivered when there is nothing better. */
  readonly refused: readonly ReadyImage[]
  /** Looks at its pictures that had to be paid. */
  readonly looks: readonly Attempt[]
  /** What the provider resolved `auto` to. */
  readonly resolved: CallSettings
  readonly durationMs: number
  readonly warnings: readonly Warning[]
  /** Resolves when everything about it is durable; false when it could not be written. */
  readonly written: Promise<boolean>
}

/** How a waiting caller's answer is found when he asks again. */
export interface Claim {
  /** Digest of the request and of the form its answer is wanted in. */
  readonly fingerprint: string
  /** The name he gave to the request. */
  readonly name?: string
}

/** How far one of a request's calls has come. */
export interface AttemptProgress extends CallProgress {
  readonly attemptId: string
}

/** What a caller wants to hear while the work goes on, and lets the work know. */
export interface Watch {
  readonly claim?: Claim
  onPartial?(partial: PartialImage): void
  onProgress?(progress: AttemptProgress): void
  /** Aborts when the caller has gone: what was not sent to a provider yet is not bought then. */
  readonly gone?: AbortSignal
  /**
   * Told when the request is durable, before its first call. A caller that asks for this gets no
   * refusal later: from then on whatever happens stands in the record.
   */
  onAccepted?(): void
  /** The gateways that the request came through. */
  readonly via?: string
  /** The caller's library is known to split one call into several equal requests. */
  readonly mayBeSplit?: boolean
  /** What the request began with has become durable, together with its first call or before it. */
  onWritten?(facts: readonly Fact[]): void
}

/** One time that a job is taken from the queue. */
export interface JobTurn {
  /** As it was claimed. */
  readonly record: RequestRecord
  readonly place: QueuePlace
  /** How many of the attempts in {@link Run.ended} were made in earlier turns. */
  readonly earlier: number
}

/**
 * One request on its way through the stages: an immutable record that only grows. Each stage adds
 * what it found out; a stage reads what earlier stages wrote and never calls a later one.
 */
export interface Run {
  readonly id: string
  readonly caller: Caller
  readonly request: ImageRequest
  /** What it is about, and what it is held to. */
  readonly traits: RequestTraits
  readonly snapshot: Snapshot
  readonly resolution: Resolution
  readonly startedAt: Instant
  readonly startedMs: number
  readonly watch: Watch
  readonly stop: Stop
  readonly warnings: readonly Warning[]
  /** Exact key; undefined when the cache is off for this request. */
  readonly cacheKey?: string
  /** Key that other wordings of the same picture share; undefined when it may not be reused. */
  readonly reuseKey?: string
  /** Where prompts that are near are looked for; undefined where that is off. */
  readonly partition?: string
  /** A near picture that is not served this time but compared with a new one. */
  readonly check?: CacheHit
  /** Time spent looking into the cache. */
  readonly lookMs?: number
  readonly sibling?: Sibling
  readonly hits: readonly CacheHit[]
  /** Digests of the pictures of this answer; calls that run side by side share it. */
  readonly shown: Set<string>
  /** What its pictures look like, as far as they were decoded; shared alike. */
  readonly shownHashes: PictureHash[]
  /** The same of requests whose purpose has no gate that compares them. */
  readonly shownLooks: ShownLooks
  readonly plan?: Plan
  /** What the model asked for (or the baseline) would cost for all images. */
  readonly listNano?: Nano
  /** Whose budgets it counts in, beside those of the key. */
  readonly team?: string
  /** Patterns of the models that its key may use; all where absent. */
  readonly allowed?: readonly string[]
  readonly hold?: Hold
  /** What the hold takes of budgets. */
  readonly claims?: readonly BudgetClaim[]
  readonly reservation?: Reservation
  /** Decided but not yet written; the next write takes them along. */
  readonly unwritten: readonly Fact[]
  /** Written before the first call; see {@link Watch.onAccepted}. */
  readonly isAccepted?: boolean
  /** Why no call was made, of a request that was accepted before that was known. */
  readonly refusal?: GatewayError
  readonly ended: readonly EndedAttempt[]
  /** Id of the draft that is refined; from then on the request is an edit of it. */
  readonly picked?: string
  /** Calls of another step that are under way beside this one: it is a hedge, or a preview. */
  readonly beside?: number
  /** It enlarges what was made small: by whom, and what the picture is for. */
  readonly enlarges?: {
    readonly made: { readonly offer: string; readonly quality?: string }
    readonly request: ImageRequest
  }
  /** It makes a draft that is only shown: see `preview.ts`. */
  readonly isPreview?: boolean
  /** Calls that nobody waits for any more; they are settled when they end. */
  readonly late?: Promise<readonly EndedAttempt[]>
  /** Money was put aside to ask an embedder about its prompt. */
  readonly paysVector?: boolean
  /** What was paid for that. */
  readonly lookUps?: readonly Attempt[]
  /** What was paid, out of holds that are closed, for looks that precede the plan. */
  readonly earlierLooks?: readonly Attempt[]
  /** It was written down before it had its plan: its acceptance is not written again. */
  readonly isKnown?: boolean
  /** Looks that were paid before the process died which had begun this run. */
  readonly looksBefore?: number
  /** Set for work from the queue: nobody waits for it, and it can be put back. */
  readonly job?: JobTurn
  /** Taken up again after its process had died; nobody waits for the answer. */
  readonly isRecovered?: boolean
  /** Milliseconds spent waiting for providers, over the steps. */
  readonly providerMs: number
}

/** Who pays for a run, and for what. */
export const spenderOf = ({ caller, team, request }: Run): Spender => ({
  ...{ tenant: caller.tenant, keyId: caller.keyId, team },
  ...{ purpose: request.purpose, tags: request.tags },
})

/** Good pictures so far. */
export const readyImages = (run: Run): readonly ReadyImage[] => [
  ...run.hits,
  ...run.ended.flatMap((ended) => ended.images),
]

/** Pictures still to be made. */
export const missingImages = (run: Run): number => run.request.n - readyImages(run).length

/** What the calls that have ended cost, with the looks at their pictures and before them. */
export const spentNano = (run: Pick<Run, 'ended' | 'lookUps' | 'earlierLooks'>): Nano =>
  sumNano(paidCalls(run).map(({ costNano }) => costNano))

/** All that had to be paid and has ended. */
const paidCalls = ({
  ended,
  lookUps = [],
  earlierLooks = [],
}: Pick<Run, 'ended' | 'lookUps' | 'earlierLooks'>) => [
  ...earlierLooks,
  ...lookUps,
  ...ended.flatMap(({ attempt, looks }) => [attempt, ...looks]),
]

/** Whether a cost is what it may have been at most. */
export const isEstimated = (run: Run): boolean =>
  paidCalls(run).some(({ costBasis }) => costBasis === 'suspected')

/** What was paid out of the hold of this turn. */
export const turnNano = (run: Run): Nano =>
  spentNano({ ...run, ended: newlyEnded(run), earlierLooks: [] })

/** Attempts of this turn: all of them, unless it is a job that was put back before. */
export const newlyEnded = ({ ended, job }: Run): readonly EndedAttempt[] =>
  ended.slice(job?.earlier ?? 0)

/** The ledger book of a run: simulated when its pictures come from emulated providers. */
export function bookOf(run: Run): Book {
  if (run.hold !== undefined) return run.hold.book
  const step = run.plan?.steps[0]
  if (step !== undefined) return step.isSimulated ? 'simulated' : 'real'
  const provider = run.snapshot.providers.get(run.hits[0]?.record.provider ?? '')
  return provider?.isSimulated === true ? 'simulated' : 'real'
}
