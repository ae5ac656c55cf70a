import type { Instant } from '../core/time.ts'

/** Limits of what is remembered about equal requests. */
const limits = {
  /** Users and keys remembered; the oldest go first. */
  maxRemembered: 10_000,
  /** A second equal request of one user within this time asks for another picture. */
  repeatMs: 10 * 60_000,
  /** How long after its answer the rest of a split call may still arrive. */
  graceMs: 2_000,
} as const

interface Group {
  running: number
  /** Digest of a picture, and when others may have it. */
  readonly held: Map<string, number>
}

/** Which request asked for something, and when. */
interface Asked {
  readonly id: string
  readonly startedAt: Instant
}

/** One equal request among those that run at the same time. */
export interface Sibling {
  /** Takes up to `count` of the pictures that no sibling has. */
  take<Item extends { readonly digest: string }>(found: readonly Item[], count: number): Item[]
  /** Keeps what was made for it from the others, even when it is in the cache already. */
  hold(digests: readonly string[]): void
  leave(nowMs: number): void
}

/** When a request came, by a clock that never goes back, and from whom. */
export interface Arrival {
  readonly nowMs: number
  /** Its library is known to split one call into equal ones. */
  readonly mayBeSplit: boolean
}

/**
 * Equal requests that run at the same time must get different pictures: the AI SDK turns `n: 2` of
 * an unknown model name into two identical parallel calls. On a busy machine the second of them may
 * come when the first is answered, so a request that may be part of a split call gets nothing that
 * was given away a moment ago. And a user who asks the same thing again within ten minutes was not
 * content with the first answer.
 */
export class Siblings {
  readonly #groups = new Map<string, Group>()
  /** Groups in which nothing runs, and when they are forgotten; the next one first. */
  readonly #resting = new Map<string, number>()
  readonly #recent = new Map<string, Asked>()

  /** Joins the equal requests that run now. `leave` must be called when the answer is decided. */
  enter(key: string, { nowMs, mayBeSplit }: Arrival): Sibling {
    this.#forget(nowMs)
    const group = this.#groups.get(key) ?? { running: 0, held: new Map<string, number>() }
    this.#groups.set(key, group)
    this.#resting.delete(key)
    // Who comes alone asks again: the cache is there for that.
    if (group.running === 0 && !mayBeSplit) group.held.clear()
    group.running += 1
    const mine = new Set<string>()
    const hold = (digests: readonly string[]): void => {
      for (const digest of digests) {
        mine.add(digest)
        group.held.set(digest, Number.POSITIVE_INFINITY)
      }
    }
    let isIn = true
    return {
      hold,
      take: (found, count) => {
        const isFree = (digest: string) => (group.held.get(digest) ?? 0) <= nowMs
        const free = found.filter(({ digest }) => isFree(digest)).slice(0, count)
        hold(free.map(({ digest }) => digest))
        return free
      },
      leave: (leftMs) => {
        if (!isIn) return
        isIn = false
        group.running -= 1
        for (const digest of mine) group.held.set(digest, leftMs + limits.graceMs)
        if (group.running === 0) this.#resting.set(key, leftMs + limits.graceMs)
      },
    }
  }

  /**
   * Notes that a user asked for this; true when the same user did so a short while before. A job
   * that is tried again is the same request.
   */
  isRepeat(key: string, user: string, { id, startedAt }: Asked): boolean {
    const name = `${user}\n${key}`
    const before = this.#recent.get(name)
    if (before?.id === id) return false
    this.#recent.delete(name)
    this.#recent.set(name, { id, startedAt })
    if (this.#recent.size > limits.maxRemembered) {
      const oldest = this.#recent.keys().next()
      if (oldest.done !== true) this.#recent.delete(oldest.value)
    }
    return before !== undefined && startedAt - before.startedAt < limits.repeatMs
  }

  #forget(nowMs: number): void {
    for (const [key, untilMs] of this.#resting) {
      if (untilMs > nowMs && this.#resting.size <= limits.maxRemembered) return
      this.#resting.delete(key)
      this.#groups.delete(key)
    }
  }
}
