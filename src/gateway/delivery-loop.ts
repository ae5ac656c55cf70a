import { firstId } from '../core/ids.ts'
import { type Delivery, pauseAfter, withTry } from '../core/notices/delivery.ts'
import type { Destination } from '../core/notices/destination.ts'
import type { Instant } from '../core/time.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Courier, Sent } from '../ports/courier.ts'
import type { Log } from '../ports/log.ts'
import type { GatewayEvent } from './events.ts'
import type { NoticeDesk } from './notice-desk.ts'

/** Limits of sending. */
const limits = {
  /** Deliveries under way in this process. */
  mostAtOnce: 64,
  /** Deliveries that one look claims; so a destination that hangs holds few of the places. */
  batch: 8,
  /** From so many under way on, a destination waits for one of them to end. */
  mostOfDestination: 4,
  /** Three times as long as a try may take: who holds a lease longer is dead. */
  leaseMs: 60_000,
  /** Between two looks when nothing was said: another process may have written something. */
  pauseMs: 2_000,
  /** A closing process waits so long for what is under way; the rest comes again later. */
  closeMs: 5_000,
  /** Deliveries that ended are kept for who asks what became of them. */
  keptMs: 30 * 86_400_000,
  purgeEveryMs: 3_600_000,
  purgeBatch: 1_000,
  /** Notices are kept for who listens and was cut off: so long, and so many of them. */
  noticesMs: 10 * 60_000,
  notices: 10_000,
  forgetEveryMs: 10_000,
} as const

/** What sending is made of. */
export interface DeliveryParts {
  readonly desk: NoticeDesk
  readonly courier: Courier
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly emit: (event: GatewayEvent) => void
  /** Name of this process in leases. */
  readonly owner: string
}

/**
 * Sends what is owed, at least once: a delivery is leased, sent, and what came of it is written.
 * When the process dies in between, the lease runs out and another one sends it again.
 */
export class DeliveryLoop {
  readonly #parts: DeliveryParts
  readonly #underWay = new Map<string, { readonly to: string; readonly ended: Promise<void> }>()
  readonly #stop = new AbortController()
  readonly #cut = new AbortController()
  readonly #ended: Promise<void>
  #wake: () => void = () => undefined
  #isWoken = false
  #purgedAt: Instant = Number.NEGATIVE_INFINITY
  #forgotAt: Instant = Number.NEGATIVE_INFINITY
  #refreshedAt: Instant = Number.NEGATIVE_INFINITY

  constructor(parts: DeliveryParts) {
    this.#parts = parts
    parts.desk.onWork(() => this.#call())
    this.#ended = this.#loop()
  }

  /** Claims nothing more, and waits a little for what is under way. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#call()
    const late = this.#parts.clock.sleep(limits.closeMs, this.#cut.signal).catch(() => undefined)
    await this.#ended
    const all = Promise.all([...this.#underWay.values()].map(({ ended }) => ended))
    await Promise.race([all, late])
    this.#cut.abort()
    await all
  }

  #call(): void {
    this.#isWoken = true
    this.#wake()
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stop
    const { log } = this.#parts
    while (!signal.aborted) {
      this.#isWoken = false
      try {
        await this.#refresh()
        const claimed = await this.#claim()
        if (claimed > 0) continue
        await this.#purge()
      } catch (error) {
        log.error({ error }, 'deliveries cannot be read')
      }
      await this.#pause()
    }
  }

  /** Now and then: what is changed in this process is known at once. */
  async #refresh(): Promise<void> {
    const now = this.#parts.clock.now()
    if (now - this.#refreshedAt < limits.pauseMs) return
    await this.#parts.desk.refresh()
    this.#refreshedAt = now
  }

  /** Until the pause is over, somebody has work, or all ends. */
  async #pause(): Promise<void> {
    if (this.#isWoken || this.#stop.signal.aborted) return
    const over = new AbortController()
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const { clock } = this.#parts
    await Promise.race([woken, clock.sleep(limits.pauseMs, over.signal).catch(() => undefined)])
    over.abort()
  }

  /** @returns how many deliveries were taken up. */
  async #claim(): Promise<number> {
    const { desk, clock, owner } = this.#parts
    const room = Math.min(limits.batch, limits.mostAtOnce - this.#underWay.size)
    if (room <= 0) return 0
    const now = clock.now()
    const claimed = await desk.store.claimDeliveries({
      ...{ owner, now, leaseUntil: now + limits.leaseMs, limit: room },
      except: this.#busy(),
    })
    for (const delivery of claimed) {
      const ended = this.#deliver(delivery)
        .catch((error: unknown) => {
          this.#parts.log.error({ error, delivery: delivery.id }, 'a delivery was not noted')
        })
        .finally(() => {
          this.#underWay.delete(delivery.id)
          this.#call()
        })
      this.#underWay.set(delivery.id, { to: delivery.destinationId ?? '', ended })
    }
    return claimed.length
  }

  #busy(): readonly string[] {
    const counts = new Map<string, number>()
    for (const { to } of this.#underWay.values()) counts.set(to, (counts.get(to) ?? 0) + 1)
    const busy = [...counts].filter(([, count]) => count >= limits.mostOfDestination)
    return busy.map(([to]) => to).filter((to) => to !== '')
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { desk, clock, owner, courier } = this.#parts
    const destination = desk.destinations.find(({ id }) => id === delivery.destinationId)
    const startedAt = clock.now()
    const startedMs = clock.monotonicMs()
    const sent = await this.#send(delivery, destination, courier)
    const isCut = this.#cut.signal.aborted && sent.result === 'aborted'
    const one = { at: startedAt, result: sent.result, durationMs: clock.monotonicMs() - startedMs }
    const after = isCut
      ? delivery
      : this.#after({ ...delivery, tries: withTry(delivery.tries, one) }, sent)
    await desk.store.recordDelivery(after, owner)
    if (destination === undefined || destination.disabledAt !== undefined) return
    if (sent.isGone === true) return this.#disable(destination, 'gone')
    // One notice may be more than a receiver can take; it is failing when nothing came through.
    const isGivenUp = after.state === 'dead' && sent.isHopeless !== true
    if (isGivenUp && !(await desk.store.hasDelivered(destination, delivery.notice.at))) {
      await this.#disable(destination, 'failing')
    }
  }

  #send(
    delivery: Delivery,
    destination: Destination | undefined,
    courier: Courier,
  ): Promise<Sent> | Sent {
    if (destination?.disabledAt !== undefined) {
      return { isDelivered: false, result: 'disabled', isHopeless: true }
    }
    return courier.send(
      { delivery, ...(destination === undefined ? {} : { destination }) },
      this.#cut.signal,
    )
  }

  #after(tried: Delivery, { isDelivered, isHopeless, isGone, retryAfterMs }: Sent): Delivery {
    const { clock, random, emit } = this.#parts
    const now = clock.now()
    const tryCount = tried.tryCount + 1
    if (isDelivered) {
      emit({ kind: 'delivery-tried', result: 'delivered' })
      return { ...tried, tryCount, state: 'delivered', endedAt: now }
    }
    const chance = (random.bytes(1)[0] ?? 0) / 255
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    const isOver = isHopeless === true || isGone === true
    const pauseMs = isOver ? undefined : pauseAfter(tryCount, { chance, ...asked })
    if (pauseMs !== undefined) {
      emit({ kind: 'delivery-tried', result: 'failed' })
      return { ...tried, tryCount, nextAt: now + pauseMs }
    }
    emit({ kind: 'delivery-tried', result: 'dead' })
    const { result } = tried.tries.at(-1) ?? {}
    this.#parts.log.warn({ delivery: tried.id, result }, 'a notice could not be delivered')
    return { ...tried, tryCount, state: 'dead', endedAt: now }
  }

  async #disable(destination: Destination, disabledReason: 'gone' | 'failing'): Promise<void> {
    const { desk, clock, log, emit } = this.#parts
    log.warn({ webhook: destination.id, disabledReason }, 'the receiver gets nothing any more')
    const disabled = { ...destination, disabledAt: clock.now(), disabledReason }
    await desk.store.putDestination(disabled)
    await desk.refresh()
    emit({ kind: 'webhook-disabled', destination: disabled })
  }

  async #purge(): Promise<void> {
    const { desk, clock } = this.#parts
    const now = clock.now()
    if (now - this.#forgotAt >= limits.forgetEveryMs) {
      this.#forgotAt = now
      const before = firstId('evt', now - limits.noticesMs)
      await desk.store.forgetNotices({ before, kept: limits.notices })
    }
    if (now - this.#purgedAt < limits.purgeEveryMs) return
    this.#purgedAt = now
    await desk.store.purgeDeliveries(now - limits.keptMs, limits.purgeBatch)
  }
}
