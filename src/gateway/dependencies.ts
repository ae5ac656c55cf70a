import type { AlertRules } from '../core/alerts/alert-rules.ts'
import type { KeyLimits } from '../core/ledger/virtual-key.ts'
import type { Purposes } from '../core/purpose/default-purposes.ts'
import type { TwinRule } from '../core/quality/twins.ts'
import type { RetentionRule } from '../core/storage/retention.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { ImageDecoder } from '../ports/image-decoder.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Log } from '../ports/log.ts'
import type { Stores } from '../ports/stores.ts'
import type { BudgetDesk } from './budget-desk.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { CachePools } from './cache-pools.ts'
import type { ClassDesk } from './class-desk.ts'
import type { GatewayEvent } from './events.ts'
import type { GateDesk } from './gate-desk.ts'
import type { KeyDesk } from './key-desk.ts'
import type { KnownInputs } from './known-inputs.ts'
import type { KnownPictures } from './known-pictures.ts'
import type { LateWrites } from './late-writes.ts'
import type { Learning } from './learning.ts'
import type { LimitDesk } from './limit-desk.ts'
import type { GatewayLimits } from './limits.ts'
import type { LookupDesk } from './lookup-desk.ts'
import type { NoticeDesk } from './notice-desk.ts'
import type { Renditions } from './renditions.ts'
import type { RepeatGuard } from './repeat-guard.ts'
import type { RoutingRules } from './routing-rules.ts'
import type { SamePixels } from './same-pixels.ts'
import type { SentBytes } from './sent-bytes.ts'
import type { Siblings } from './siblings.ts'
import type { SimilarityDesk } from './similarity-desk.ts'
import type { Snapshot } from './snapshot.ts'
import type { Traffic } from './traffic.ts'
import type { WebhookDesk } from './webhook-desk.ts'

export type { Snapshot }

/** Everything the pipeline uses; made by the composition root, or by a test. */
export interface Dependencies {
  readonly snapshot: () => Snapshot
  readonly stores: Stores
  readonly images: ImageStore
  readonly decoder: ImageDecoder
  readonly clock: Clock
  readonly random: Random
  readonly sha256: Sha256
  readonly log: Log
  readonly limits: GatewayLimits
  readonly rules: RoutingRules
  /** Model whose live price is the list price of `auto`. */
  readonly baselineModel: string
  readonly purposes: Purposes
  /** Where pictures are looked at. */
  readonly gates: GateDesk
  /** Whether calls that run are given up when the caller goes away, unless the request says. */
  readonly cancelsOnDisconnect: boolean
  readonly bytes: ByteBudget
  readonly budgets: BudgetDesk
  /** Counts the rates of keys, for all processes where they share something; else for this one. */
  readonly limiter?: LimitDesk
  /** What the keys of callers may do. */
  readonly keys: KeyDesk
  readonly siblings: Siblings
  /** Finds prompts that are near; absent where that is off. */
  readonly similarity?: SimilarityDesk
  /** Has a model say what prompts are about; absent where that is off. */
  readonly classes?: ClassDesk
  readonly cachePools?: CachePools
  /** Counts what the cache gave. */
  readonly lookups: LookupDesk
  /** Knows uploads by what they show. */
  /** What is done about pictures of one answer that hardly differ; absent = they are reported. */
  readonly nearDuplicates?: TwinRule
  readonly samePixels: SamePixels
  /** Knows uploads again that were compressed or scaled; absent where that is switched off. */
  readonly knownInputs?: KnownInputs
  readonly renditions: Renditions
  readonly sent: SentBytes
  /** What is served while the database is lost. */
  readonly pictures: KnownPictures
  /** What may go after a time; without any rule pictures are kept for ever. */
  readonly retention?: readonly RetentionRule[]
  /** Health, rate limits and repetitions of providers. */
  readonly traffic: Traffic
  /** Calls whose ends providers report by themselves. */
  readonly webhooks: WebhookDesk
  /** Who is told what happens. */
  readonly notices: NoticeDesk
  readonly alertRules: AlertRules
  /** Who asks for the same again and again. */
  readonly repeats: RepeatGuard
  /** What becomes of pictures, and what is decided by it. */
  readonly learning: Learning
  /** What the database did not take yet. */
  readonly late: LateWrites
  readonly emit: (event: GatewayEvent) => void
  /** Name of this process in leases. */
  readonly owner: string
}

/** Who asks. */
export interface Caller {
  readonly keyId: string
  readonly tenant: string
  /** How much at a time; of keys that are not limited there are none. */
  readonly limits?: KeyLimits | undefined
}
