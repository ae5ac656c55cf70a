import { liveModels } from '../core/catalog/catalog.ts'
import type { Model } from '../core/catalog/model.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { PartialImage } from '../ports/provider.ts'
import { AnswerDesk } from './answer-desk.ts'
import type { Asked } from './asked.ts'
import { startBackground } from './background.ts'
import { BudgetDesk } from './budget-desk.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import { type JobDesk, openJobDesk } from './job-desk.ts'
import { JobWorker } from './job-worker.ts'
import { KeyDesk } from './key-desk.ts'
import { KnownPictures } from './known-pictures.ts'
import { LateWrites } from './late-writes.ts'
import { LookupDesk } from './lookup-desk.ts'
import type { OpenAnswer } from './open-answer.ts'
import { openLearning } from './open-learning.ts'
import { submit, type Ticket } from './pipeline.ts'
import { Renditions } from './renditions.ts'
import { RepeatGuard } from './repeat-guard.ts'
import type { GatewayResult } from './result.ts'
import type { Watch } from './run.ts'
import { SamePixels } from './same-pixels.ts'
import { SentBytes } from './sent-bytes.ts'
import { withDeadline } from './with-deadline.ts'
import { WorkDesk } from './work-desk.ts'

/** How long a closing gateway waits for running requests, in milliseconds (a Kubernetes drain). */
const DRAIN_MS = 120_000

/** The running gateway: what the HTTP surface, the CLI and the library talk to. */
export interface Gateway {
  readonly deps: Dependencies
  /** Resolves once abandoned work was looked for; before that nothing is accepted. */
  readonly ready: Promise<void>
  readonly isAccepting: boolean
  /**
   * Starts the work of a request; it goes on whether or not anybody waits. The ticket's result is
   * there, or an error, at the request's deadline.
   */
  submit(request: ImageRequest, caller: Caller, watch?: Watch): Ticket
  /** Submits and waits. */
  generate(request: ImageRequest, caller: Caller, watch?: Watch): Promise<GatewayResult>
  /** Requests that nobody needs to wait for: to look at, listen to and cancel. */
  readonly jobs: JobDesk
  /**
   * Asks for a client that may lose the answer and ask again: it gets what it was owed before.
   * @throws GatewayError `idempotency_key_reused`, and what {@link submit} throws.
   */
  answer(asked: Asked): Promise<OpenAnswer>
  models(): readonly Model[]
  /** Stops accepting, lets running requests end, and leaves the rest for another process. */
  close(): Promise<void>
}

/** What a gateway does about work that others left behind. */
export interface RecoveryOptions {
  /** False for a process that only looks or makes one thing: others' work is none of its. */
  readonly recovers?: boolean
}

/** What a gateway makes for itself. */
type OwnDesk =
  | 'late'
  | 'lookups'
  | 'renditions'
  | 'samePixels'
  | 'sent'
  | 'pictures'
  | 'budgets'
  | 'learning'
  | 'keys'
  | 'repeats'

/** Puts the pipeline and its background work together. Starts working at once. */
export function openGateway(
  parts: Omit<Dependencies, OwnDesk>,
  { recovers = true }: RecoveryOptions = {},
): Gateway {
  const deps: Dependencies = {
    ...{ ...parts, late: new LateWrites(), lookups: new LookupDesk() },
    ...{ renditions: new Renditions(), samePixels: new SamePixels(), sent: new SentBytes() },
    pictures: new KnownPictures(),
    budgets: new BudgetDesk(parts),
    learning: openLearning(parts),
    keys: new KeyDesk(parts.stores.keys, parts.clock, parts.limiter),
    repeats: new RepeatGuard(parts.rules.repeats, parts.sha256),
  }
  const desk = new WorkDesk()
  const stop = new AbortController()
  let isClosing = false
  const takes = recovers ? 'all' : 'own'
  const worker = new JobWorker(desk, deps, () => (isClosing ? 'nothing' : takes))
  const background = startBackground(deps, {
    ...{ desk, signal: stop.signal, scope: () => worker.scope },
    look: () => worker.look(),
  })
  const start = (request: ImageRequest, caller: Caller, watch: Watch = {}): Ticket => {
    if (isClosing) {
      throw new GatewayError('overloaded', 'The gateway is shutting down.', { retryAfterMs: 1_000 })
    }
    const teller = desk.teller(() => ticket.requestId)
    const onPartial = (partial: PartialImage): void => {
      watch.onPartial?.(partial)
      teller.onPartial(partial)
    }
    const ticket = submit(request, caller, { ...watch, ...teller, onPartial }, deps)
    desk.add(ticket.requestId, ticket.ended, ticket.cancel)
    const result = withDeadline(ticket, request.deadlineMs, deps)
    // Whoever only starts work need not listen to how it ends.
    result.catch(() => undefined)
    return { ...ticket, result }
  }
  const answers = new AnswerDesk({ start, desk, deps })
  let closed: Promise<void> | undefined
  const drain = async (): Promise<void> => {
    const drained = desk.empty()
    const limit = new AbortController()
    await Promise.race([drained, deps.clock.sleep(DRAIN_MS, limit.signal).catch(() => undefined)])
    for (const ended of [limit, stop]) ended.abort()
    await Promise.all([background.ended, answers.written()])
    const { lookups, sent, gates } = deps
    await Promise.all([lookups, sent, gates.sharpness].map((counted) => counted.flush(deps)))
    await deps.late.flush(deps.stores.journal, deps).catch((error: unknown) => {
      deps.log.error({ error, waiting: deps.late.size }, 'facts lost: closed before written')
    })
  }
  return {
    deps,
    ready: background.ready,
    get isAccepting() {
      return !isClosing
    },
    submit: start,
    generate: async (request, caller, watch) => start(request, caller, watch).result,
    jobs: openJobDesk(deps, desk, worker),
    answer: (asked) => answers.open(asked),
    models: () => liveModels(deps.snapshot().catalog, deps.clock.now()),
    close: () => {
      isClosing = true
      closed ??= drain()
      return closed
    },
  }
}
