import type { Instant } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'
import type { ProviderLimits, RateReport } from '../ports/provider.ts'
import { LanePause } from './lane-pause.ts'

/** Limits of waiting for a provider. */
const limits = {
  /** Callers that wait for one credential, and jobs; more go to the next offer at once. */
  maxWaiting: 1_000,
  /** Share of an allowance that jobs leave free, so that a caller finds room beside a batch. */
  reserve: 0.2,
  /** How long it is remembered how many calls were too many. */
  rememberedMs: 600_000,
  windowMs: 60_000,
} as const

/** Leave to make one call; give it back when the call has ended. */
export interface LanePass {
  release(): void
}

/** How a call waits for its turn. */
export interface Waiting {
  readonly images: number
  readonly maxWaitMs: number
  readonly signal?: AbortSignal
  /** Smaller goes first. 0, which is usual: somebody waits for the call. All others are jobs. */
  readonly rank?: number
}

interface Waiter {
  readonly images: number
  readonly rank: number
  readonly admit: (pass: LanePass | undefined) => void
}

/** Whether nobody waits for a call of this rank. */
const isJob = (rank: number): boolean => rank > 0

/** How much of an allowance jobs may take; of a very small one there is nothing to keep free. */
const shareOf = (allowance: number, rank: number): number =>
  isJob(rank)
    ? Math.min(allowance, Math.max(1, Math.floor(allowance * (1 - limits.reserve))))
    : allowance

/**
 * The way to one credential of one provider. Calls beyond its limits wait in line instead of being
 * sent and refused; a refusal for being too many closes the lane for as long as the provider asks.
 * Jobs leave a part of it free, so that who waits for a call does not wait behind a batch.
 */
class Lane {
  readonly #limits: ProviderLimits
  readonly #clock: Clock
  readonly #waiting: Waiter[] = []
  /** Calls of the last minute, oldest first. */
  #recent: { readonly at: Instant; readonly images: number }[] = []
  #running = 0
  /** Calls under way that the provider was seen to take, and to take no more of. */
  #seen = Number.POSITIVE_INFINITY
  #seenMost = Number.POSITIVE_INFINITY
  #seenAt: Instant = 0
  readonly #callers = new LanePause()
  /** A job that is refused holds back jobs alone, unless the provider says for how long. */
  readonly #jobs = new LanePause()
  #isTimerSet = false

  constructor(laneLimits: ProviderLimits, clock: Clock) {
    this.#limits = laneLimits
    this.#clock = clock
  }

  async acquire(wanted: Waiting): Promise<LanePass | undefined> {
    const { images, maxWaitMs, signal, rank = 0 } = wanted
    if (signal?.aborted === true) return undefined
    if (this.hasRoom(images, rank)) return this.#take(images)
    const waitMs = this.#waitMs(images, rank)
    // A wait that is known to be too long helps nobody: another offer can be tried at once.
    if (Number.isFinite(waitMs) && waitMs > maxWaitMs) return undefined
    if (this.#isFull(rank) || maxWaitMs <= 0) return undefined
    const admitted = Promise.withResolvers<LanePass | undefined>()
    const waiter: Waiter = { images, rank, admit: admitted.resolve }
    const place = this.#waiting.findIndex((other) => other.rank > rank)
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, waiter)
    const over = new AbortController()
    const giveUp = (): void => {
      const position = this.#waiting.indexOf(waiter)
      if (position < 0) return
      this.#waiting.splice(position, 1)
      admitted.resolve(undefined)
      this.#admitNext()
    }
    this.#clock.sleep(maxWaitMs, over.signal).then(giveUp, () => undefined)
    signal?.addEventListener('abort', giveUp, { once: true })
    this.#admitNext()
    const pass = await admitted.promise
    over.abort()
    signal?.removeEventListener('abort', giveUp)
    return pass
  }

  /** Calls that run, and those that wait for them because somebody waits for their pictures. */
  get load(): { readonly running: number; readonly waiting: number } {
    const waiting = this.#waiting.filter(({ rank }) => !isJob(rank)).length
    return { running: this.#running, waiting }
  }

  hasRoom(images: number, rank: number): boolean {
    const [first] = this.#waiting
    return (first === undefined || first.rank > rank) && this.#waitMs(images, rank) === 0
  }

  #isFull(rank: number): boolean {
    const alike = this.#waiting.filter((other) => isJob(other.rank) === isJob(rank))
    return alike.length >= limits.maxWaiting
  }

  /** The provider said that there were too many calls. */
  refused(retryAfterMs: number | undefined, rank: number): void {
    const now = this.#clock.now()
    this.#jobs.refused(retryAfterMs, now)
    if (!isJob(rank)) this.#callers.refused(retryAfterMs, now)
    else if (retryAfterMs !== undefined) this.#callers.close(retryAfterMs, now)
    // The refused one has left: what is under way now is what it takes.
    this.#seenMost = Math.max(1, this.#running)
    this.#seen = this.#seenMost
    this.#seenAt = now
  }

  /** The provider made a picture: the refusals in a row are over. */
  served(): void {
    this.#callers.served()
    this.#jobs.served()
    const isOld = this.#clock.now() - this.#seenAt > limits.rememberedMs
    if (isOld) this.#seenMost = Number.POSITIVE_INFINITY
    this.#seen = Math.min(this.#seenMost, this.#seen + 1 / this.#seen)
    this.#admitNext()
  }

  close(forMs: number): void {
    const now = this.#clock.now()
    this.#callers.close(forMs, now)
    this.#jobs.close(forMs, now)
  }

  /** Milliseconds until a call of so many images could go; infinite while it waits for another. */
  #waitMs(images: number, rank: number): number {
    const now = this.#clock.now()
    const { parallelCalls, callsPerMinute, imagesPerMinute } = this.#limits
    const pause = isJob(rank) ? this.#jobs : this.#callers
    // After a refusal one call finds out whether the others may follow.
    if (pause.isProbing && this.#running > 0) return Number.POSITIVE_INFINITY
    const published = parallelCalls ?? Number.POSITIVE_INFINITY
    const most = isJob(rank) ? Math.min(published, this.#seen) : published
    if (this.#running >= shareOf(most, rank)) return Number.POSITIVE_INFINITY
    this.#recent = this.#recent.filter(({ at }) => now - at < limits.windowMs)
    const first = this.#recent[0]
    const sum = this.#recent.reduce((total, call) => total + call.images, 0)
    const isFull =
      (callsPerMinute !== undefined && this.#recent.length >= shareOf(callsPerMinute, rank)) ||
      // A call larger than the whole allowance goes alone.
      (imagesPerMinute !== undefined && sum > 0 && sum + images > shareOf(imagesPerMinute, rank))
    const untilRoom = isFull && first !== undefined ? first.at + limits.windowMs - now : 0
    return Math.max(pause.leftMs(now), untilRoom)
  }

  #take(images: number): LanePass {
    this.#running += 1
    const { callsPerMinute, imagesPerMinute } = this.#limits
    if (callsPerMinute !== undefined || imagesPerMinute !== undefined) {
      this.#recent.push({ at: this.#clock.now(), images })
    }
    let isHeld = true
    return {
      release: () => {
        if (!isHeld) return
        isHeld = false
        this.#running -= 1
        this.#admitNext()
      },
    }
  }

  #admitNext(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const waitMs = this.#waitMs(next.images, next.rank)
      if (waitMs > 0) {
        if (Number.isFinite(waitMs)) this.#lookAgain(waitMs)
        return
      }
      this.#waiting.shift()
      next.admit(this.#take(next.images))
    }
  }

  #lookAgain(afterMs: number): void {
    if (this.#isTimerSet) return
    this.#isTimerSet = true
    const look = (): void => {
      this.#isTimerSet = false
      this.#admitNext()
    }
    this.#clock.sleep(afterMs).then(look, look)
  }
}

/** What a call needs to know of its lane. */
interface LaneCall {
  readonly provider: string
  readonly credential: string
  readonly limits: ProviderLimits
  readonly images: number
}

/** All lanes of one process. Replicas each have their own: a provider's refusal corrects them. */
export class ProviderLanes {
  readonly #lanes = new Map<string, Lane>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Waits for leave to call; undefined when the line is too long or the wait too short, or when the
   * signal aborts.
   */
  acquire(call: LaneCall & Waiting): Promise<LanePass | undefined> {
    return this.#laneOf(call).acquire(call)
  }

  /** Whether a call would go at once. */
  hasRoom(call: LaneCall & Pick<Waiting, 'rank'>): boolean {
    return this.#laneOf(call).hasRoom(call.images, call.rank ?? 0)
  }

  /** Calls that run and wait on one lane. */
  loadOf(call: LaneCall): Lane['load'] {
    return this.#laneOf(call).load
  }

  #laneOf({ provider, credential, limits: laneLimits }: LaneCall): Lane {
    const key = `${provider}\n${credential}`
    const lane = this.#lanes.get(key) ?? new Lane(laneLimits, this.#clock)
    this.#lanes.set(key, lane)
    return lane
  }

  /** Learns from what a provider says of its limits: in headers, by refusing, or by serving. */
  learn(
    provider: string,
    credential: string,
    report: RateReport | { kind: 'served' },
    rank = 0,
  ): void {
    const lane = this.#lanes.get(`${provider}\n${credential}`)
    if (lane === undefined) return
    if (report.kind === 'served') lane.served()
    else if (report.kind === 'refused') lane.refused(report.retryAfterMs, rank)
    else if (report.remaining > 0) lane.served()
    else lane.close(report.resetMs)
  }
}
