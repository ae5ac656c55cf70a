import { makeId } from '../core/ids.ts'
import type { Delivery, ToldNotice } from '../core/notices/delivery.ts'
import { checkUrl, type Destination, OPERATOR, wants } from '../core/notices/destination.ts'
import type { Notice } from '../core/notices/notice.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { WebhookSecrets } from '../ports/courier.ts'
import type { Log } from '../ports/log.ts'
import type { NoticeStore } from '../ports/notice-store.ts'
import type { Journal } from '../ports/stores.ts'

/** What a desk is made of. */
export interface NoticeParts {
  readonly store: NoticeStore
  readonly journal: Journal
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly secrets: WebhookSecrets
  /** Origins that the operator allows to be private or without encryption. */
  readonly privateOrigins: readonly string[]
  /** Why an address may not be called, as far as its text tells; undefined when it may. */
  readonly flawOfAddress?: (url: string) => string | undefined
}

/**
 * Where everything that is told to the outside begins. It knows the destinations, so that what is
 * owed to them can be written in the commit of the fact itself.
 */
export class NoticeDesk {
  readonly store: NoticeStore
  readonly secrets: WebhookSecrets
  readonly #parts: NoticeParts
  readonly #listeners = new Set<() => void>()
  #destinations: readonly Destination[] = []
  #wake: () => void = () => undefined

  constructor(parts: NoticeParts) {
    this.#parts = parts
    this.store = parts.store
    this.secrets = parts.secrets
  }

  get destinations(): readonly Destination[] {
    return this.#destinations
  }

  /** Reads the destinations again: another process may have changed them. */
  async refresh(): Promise<void> {
    this.#destinations = await this.store.destinations()
  }

  /**
   * What is to be written of a notice: itself, a delivery for each destination that wants it, and
   * one for the address that the request named.
   */
  prepare(notice: Notice, url?: string): ToldNotice {
    const wanting = this.#destinations.filter((destination) => wants(destination, notice))
    const owed = wanting.map(({ id, tenant }) =>
      this.#delivery(notice, { owner: tenant, destinationId: id }),
    )
    const owner = notice.tenant ?? OPERATOR
    const deliveries = url === undefined ? owed : [...owed, this.#delivery(notice, { owner, url })]
    return { id: this.#id('evt'), notice, deliveries }
  }

  /** Says that a notice was written: whoever listens looks, and what is owed may leave. */
  given({ deliveries }: ToldNotice): void {
    for (const look of this.#listeners) look()
    if (deliveries.length > 0) this.#wake()
  }

  /** Writes a notice that belongs to no other commit, and gives it. */
  async tell(notice: Notice): Promise<void> {
    const told = this.prepare(notice)
    try {
      await this.#parts.journal.commit([{ kind: 'notice-given', told }])
    } catch (error) {
      this.#parts.log.error({ error, type: notice.type }, 'a notice could not be written')
    }
    this.given(told)
  }

  /** Calls when this process has written a notice. @returns what ends it. */
  listen(look: () => void): () => void {
    this.#listeners.add(look)
    return () => this.#listeners.delete(look)
  }

  /** Who sends is called when there is something to send. */
  onWork(wake: () => void): void {
    this.#wake = wake
  }

  /** Says that something is due. */
  wake(): void {
    this.#wake()
  }

  /** @throws GatewayError naming `param`, when the address may not be called. */
  checkUrl(param: string, url: string): void {
    checkUrl(param, url, this.#parts.privateOrigins, this.#parts.flawOfAddress)
  }

  #delivery(notice: Notice, to: Pick<Delivery, 'owner' | 'destinationId' | 'url'>): Delivery {
    const nextAt = this.#parts.clock.now()
    const anew = { state: 'pending', tries: [], tryCount: 0, nextAt } as const
    return { id: this.#id('msg'), ...to, notice, ...anew }
  }

  #id(prefix: 'evt' | 'msg'): string {
    const { random, clock } = this.#parts
    return makeId(prefix, random.bytes(16), clock.now())
  }
}
