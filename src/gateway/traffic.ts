import {
  type Admission,
  type BreakerCause,
  type BreakerRule,
  defaultBreakerRule,
  neverOpen,
} from '../core/breaker/breaker.ts'
import { defaultRetryRule, type RetryRule } from '../core/breaker/retry-budget.ts'
import { type Model, offerName } from '../core/catalog/model.ts'
import type { ProviderFailure } from '../core/errors/provider-failure.ts'
import type { Clock } from '../ports/clock.ts'
import type { Credential, Provider, RateReport } from '../ports/provider.ts'
import { BacklogDesk } from './backlog-desk.ts'
import { CallTimeouts } from './call-timeouts.ts'
import { CredentialChoice } from './credential-choice.ts'
import type { GatewayEvent } from './events.ts'
import { type CallTarget, HealthDesk } from './health-desk.ts'
import { LatencyDesk } from './latency-desk.ts'
import { LoadDesk } from './load-desk.ts'
import { type LanePass, ProviderLanes, type Waiting } from './provider-lanes.ts'
import { ReachDesk } from './reach-desk.ts'
import { RetryDesk } from './retry-desk.ts'

/** The credential of a provider that names none. */
const ONLY: readonly Credential[] = [{ id: 'default', weight: 1 }]

/** Where a call wants to go. */
export interface Destination {
  readonly provider: Provider
  readonly offer: string
  readonly typicalSeconds: number
}

/** Leave to make one call with one credential. It must be ended, or left, exactly once. */
export interface Passage {
  readonly credential: string
  end(report: { readonly durationMs: number; readonly failure?: ProviderFailure }): void
  /** Gives the passage back without a call, or after one that we gave up ourselves. */
  leave(): void
}

/** Why a call cannot go there now. */
export interface Blocked {
  readonly reason: string
  /** When it is worth while to ask again. */
  readonly retryAfterMs: number
}

const causes: { readonly [Cause in BreakerCause]: string } = {
  failures: 'it keeps failing',
  slow: 'it answers far too late',
  credential: 'it refuses our credential',
  model_gone: 'it does not have the model any more',
}

/** What stands between the pipeline and the providers: health, rate limits, repetitions. */
export class Traffic {
  readonly health: HealthDesk
  readonly retries: RetryDesk
  readonly latencies: LatencyDesk
  readonly timeouts = new CallTimeouts()
  readonly reach: ReachDesk
  readonly loads = new LoadDesk()
  readonly #lanes: ProviderLanes
  readonly #clock: Clock
  readonly #isFearless: boolean
  readonly #choice = new CredentialChoice()
  readonly #batches = new CredentialChoice()
  readonly #backlogs: BacklogDesk

  constructor(parts: {
    readonly clock: Clock
    readonly emit: (event: GatewayEvent) => void
    readonly breaker?: BreakerRule
    readonly retry?: RetryRule
    /** p95 above which an offer is said to be too slow. */
    readonly latencyLimitMs?: number
  }) {
    this.#clock = parts.clock
    this.#isFearless = parts.breaker === neverOpen
    const { emit } = parts
    const now = () => parts.clock.now()
    const latencies = new LatencyDesk(emit, parts.latencyLimitMs)
    this.latencies = latencies
    this.health = new HealthDesk(parts.breaker ?? defaultBreakerRule, { now, emit, latencies })
    this.reach = new ReachDesk(parts.clock)
    this.#lanes = new ProviderLanes(parts.clock)
    this.#backlogs = new BacklogDesk(parts.clock)
    this.retries = new RetryDesk(parts.retry ?? defaultRetryRule, parts.clock)
  }

  /** Why no call can go there now; undefined when one can, if only as a probe. */
  blockOf(to: Destination): Blocked | undefined {
    const now = this.#clock.now()
    const admissions = credentialsOf(to).map(({ id }) => this.health.admission(targetOf(to, id)))
    const refused = admissions.filter((admission) => admission.kind === 'refused')
    if (refused.length < admissions.length) return undefined
    const soonest = refused.reduce(sooner)
    const retryAfterMs = Math.max(0, soonest.until - now)
    const seconds = Math.ceil(retryAfterMs / 1_000)
    const reason = `its circuit breaker is open for another ${seconds} s: ${causes[soonest.cause]}`
    return { reason, retryAfterMs }
  }

  /**
   * Whether a call is better made elsewhere, if there is somewhere else: what may be only slow is
   * not refused to those who have nothing better.
   */
  isDoubtful(provider: string): boolean {
    return !this.#isFearless && this.reach.isDoubtful(provider)
  }

  /**
   * Waits for leave to make one call. Of the credentials that work, one with room is taken before
   * one that would have to wait.
   * @param wait.maxWaitMs 0 asks for what is free at once.
   */
  async enter(
    to: Destination,
    images: number,
    wait: Omit<Waiting, 'images'>,
  ): Promise<Passage | Blocked> {
    const credential = this.#pick(to, images, wait.rank ?? 0)
    if (credential === undefined) return this.blockOf(to) ?? { reason: 'busy', retryAfterMs: 1_000 }
    const lane = this.#laneOf(to, credential, images)
    const pass = await this.#lanes.acquire({ ...lane, ...wait })
    const tooLong: Blocked = { reason: 'its rate limit leaves no room now', retryAfterMs: 5_000 }
    if (pass === undefined) return tooLong
    // While it waited the provider may have gone down.
    const blocked = this.blockOf(to)
    if (blocked !== undefined) {
      pass.release()
      return blocked
    }
    return this.#passage(to, credential, pass, wait.rank)
  }

  /**
   * Which credential a batch of the provider's own is handed in with, in turns by weight. It is no
   * call: it waits for no room, and those who wait for calls have theirs for themselves.
   */
  assignBatch(to: Destination): string | undefined {
    const all = credentialsOf(to)
    const chosen = this.#batches.next(to.provider.id, this.#working(to))
    if (chosen !== undefined) this.#batches.begin(to.provider.id, chosen, all)()
    return to.provider.credentials === undefined ? undefined : (chosen ?? all[0])?.id
  }

  /**
   * Seconds that a new call would wait behind others, ours and those of the server's other users.
   * A job that runs counts whole: how far it is, few servers say.
   */
  waitSeconds(to: Destination): number {
    const { provider } = to
    const { parallelCalls } = provider.limits ?? {}
    if (parallelCalls === undefined) return 0
    const credentials = credentialsOf(to)
    const loads = credentials.map((each) => this.#lanes.loadOf(this.#laneOf(to, each, 1)))
    const running = loads.reduce((sum, load) => sum + load.running, 0)
    const waiting = loads.reduce((sum, load) => sum + load.waiting, 0)
    const ahead = Math.max(running, this.#backlogs.jobsAt(provider)) + waiting
    // A provider that is held back by its limit of none is no quicker for it.
    const places = Math.max(1, parallelCalls * credentials.length)
    return Math.floor(ahead / places) * to.typicalSeconds
  }

  /** Learns from what a provider says of its limits, unless providers are never left out. */
  learn(provider: string, credential: string, report: RateReport, rank?: number): void {
    if (this.#isFearless) return
    this.#lanes.learn(provider, credential, report, rank)
  }

  #pick(to: Destination, images: number, rank: number): Credential | undefined {
    const working = this.#working(to)
    const free = working.filter((each) =>
      this.#lanes.hasRoom({ ...this.#laneOf(to, each, images), rank }),
    )
    return this.#choice.next(to.provider.id, free.length > 0 ? free : working)
  }

  #working(to: Destination): readonly Credential[] {
    return credentialsOf(to).filter(
      ({ id }) => this.health.admission(targetOf(to, id)).kind !== 'refused',
    )
  }

  #laneOf({ provider }: Destination, { id: credential }: Credential, images: number) {
    return { provider: provider.id, credential, limits: provider.limits ?? {}, images }
  }

  #passage(to: Destination, chosen: Credential, pass: LanePass, rank?: number): Passage {
    const { id: credential } = chosen
    const leaveChoice = this.#choice.begin(to.provider.id, chosen, credentialsOf(to))
    // Noted before the call is written down, so that a probe stays the only one.
    const watch = this.health.begin(targetOf(to, credential))
    this.loads.take(modelOf(to))
    let isOpen = true
    const close = (): boolean => {
      const wasOpen = isOpen
      isOpen = false
      if (wasOpen) {
        leaveChoice()
        pass.release()
      }
      return wasOpen
    }
    return {
      credential,
      end: (report) => {
        if (!close()) return
        watch.end(report)
        const { failure } = report
        if (failure === undefined) this.#lanes.learn(to.provider.id, credential, { kind: 'served' })
        if (failure?.class === 'rate_limited') {
          const { retryAfterMs } = failure
          const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
          this.learn(to.provider.id, credential, { kind: 'refused', ...asked }, rank)
        }
      },
      leave: () => {
        if (close()) watch.end({ durationMs: 0, isAbandoned: true })
      },
    }
  }
}

const credentialsOf = ({ provider }: Destination): readonly Credential[] =>
  provider.credentials ?? ONLY

/** The model behind an offer, as far as loading it goes. */
const modelOf = ({ provider, offer }: Destination): Pick<Model, 'provider' | 'loads'> =>
  provider.models.find((model) => offerName(model) === offer) ?? { provider: provider.id }

const targetOf = (to: Destination, credential: string): CallTarget => ({
  provider: to.provider.id,
  offer: to.offer,
  credential,
  typicalSeconds: to.typicalSeconds,
})

type Refused = Extract<Admission, { kind: 'refused' }>

const sooner = (first: Refused, second: Refused): Refused =>
  second.until < first.until ? second : first
