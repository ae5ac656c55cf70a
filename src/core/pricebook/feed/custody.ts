import type { FeedContext } from './feed-context.ts'
import { heldChangeEvent } from './held-change.ts'
import type { PriceChange } from './price-change.ts'
import {
  type HeldChange,
  hold,
  nextQuarantine,
  type QuarantineItem,
  quarantineId,
} from './quarantine.ts'

/** How a round ended. */
export interface Custodial {
  readonly quarantine: readonly QuarantineItem[]
  /** Items whose waiting ended. */
  readonly ended: readonly QuarantineItem[]
  /** Events of the items that began to wait. */
  readonly heldChanges: readonly PriceChange[]
}

/** Keeps the items of one round: which were said again, which are new, which are over. */
export class Custody {
  readonly #known: ReadonlyMap<string, QuarantineItem>
  readonly #context: FeedContext
  readonly #seen = new Map<string, QuarantineItem>()
  readonly #released = new Map<string, QuarantineItem>()
  readonly #changes: PriceChange[] = []

  constructor(items: readonly QuarantineItem[], context: FeedContext) {
    this.#known = new Map(items.map((item) => [item.id, item]))
    this.#context = context
  }

  /**
   * Whether a change that would have to wait may act after all: a person approved it, or a second
   * source says the same. Otherwise it is taken into custody.
   */
  mayAct(change: HeldChange, confirmedBy: string | undefined): boolean {
    const { now: at, digest } = this.#context
    const known = this.#known.get(quarantineId(change, digest))
    let item = known === undefined ? hold(change, at, digest) : this.#seenAgain(known, change)
    if (confirmedBy !== undefined) {
      item = nextQuarantine(item, { kind: 'corroborated', at, sourceId: confirmedBy })
    }
    if (item.state === 'confirmed') {
      this.#released.set(item.id, item)
      return true
    }
    this.#seen.set(item.id, item)
    if (known === undefined) this.#changes.push(heldChangeEvent(item, digest))
    return false
  }

  close(): Custodial {
    const at = this.#context.now
    const over = [...this.#known.values()].filter(
      ({ id }) => !this.#seen.has(id) && !this.#released.has(id),
    )
    const withdrawn = over.map((item) => nextQuarantine(item, { kind: 'withdrawn', at }))
    const refusedNow = [...this.#seen.values()].filter(
      ({ state, decidedAt }) => state === 'refused' && decidedAt === at,
    )
    return {
      quarantine: [...this.#seen.values()],
      ended: [...this.#released.values(), ...refusedNow, ...withdrawn],
      heldChanges: this.#changes,
    }
  }

  /** What holds meanwhile may have changed since; a second look in one instant is the first one. */
  #seenAgain(known: QuarantineItem, change: HeldChange): QuarantineItem {
    const { now: at } = this.#context
    const item = { ...known, ...change }
    return at > known.lastSeen ? nextQuarantine(item, { kind: 'seen', at }) : item
  }
}
