import type { Instant } from '../core/time.ts'

/** Limits of what is remembered about equal requests. */
const limits = {
  /** Users and keys remembered; the oldest go first. */
  maxRemembered: 10_000,
  /** A second equal request of one user within this time asks for another picture. */
  repeatMs: 10 * 60_000,
} as const

interface Group {
  running: number
  readonly served: Set<string>
}

/** One equal request among those that run at the same time. */
export interface Sibling {
  /** Takes up to `count` of the pictures that no running sibling has taken. */
  take<Item extends { readonly id: string }>(found: readonly Item[], count: number): Item[]
  leave(): void
}

/**
 * Equal requests that run at the same time must get different pictures: the AI SDK turns `n: 2` of
 * an unknown model name into two identical parallel calls. And a user who asks the same thing
 * again within ten minutes was not content with the first answer.
 */
export class Siblings {
  readonly #groups = new Map<string, Group>()
  readonly #recent = new Map<string, Instant>()

  /** Joins the equal requests that run now. `leave` must be called when the answer is decided. */
  enter(key: string): Sibling {
    const group = this.#groups.get(key) ?? { running: 0, served: new Set<string>() }
    this.#groups.set(key, group)
    group.running += 1
    let isIn = true
    return {
      take: (found, count) => {
        const free = found.filter((item) => !group.served.has(item.id)).slice(0, count)
        for (const item of free) group.served.add(item.id)
        return free
      },
      leave: () => {
        if (!isIn) return
        isIn = false
        group.running -= 1
        if (group.running === 0) this.#groups.delete(key)
      },
    }
  }

  /** Notes that a user asked for this now; true when the same user did so a short while ago. */
  isRepeat(key: string, user: string, now: Instant): boolean {
    const name = `${user}\n${key}`
    const before = this.#recent.get(name)
    this.#recent.delete(name)
    this.#recent.set(name, now)
    if (this.#recent.size > limits.maxRemembered) {
      const oldest = this.#recent.keys().next()
      if (oldest.done !== true) this.#recent.delete(oldest.value)
    }
    return before !== undefined && now - before < limits.repeatMs
  }
}
