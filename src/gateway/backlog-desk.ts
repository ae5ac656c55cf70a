import type { Clock } from '../ports/clock.ts'
import type { Provider } from '../ports/provider.ts'

/** How long an answer counts, in milliseconds; a queue of pictures moves in seconds. */
const FRESH_MS = 2_000
/** How long it counts while no newer one comes. */
const KEPT_MS = 30_000

interface Known {
  readonly jobs: number
  readonly askedMs: number
}

/**
 * What own servers say of their queues: others may use them too. Nobody waits for that: a plan is
 * made with what was said last, and asks anew for the plans after it.
 */
export class BacklogDesk {
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()
  readonly #asking = new Set<string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Jobs that run and wait at a provider; 0 while that is not known. */
  jobsAt(provider: Pick<Provider, 'id' | 'backlog'>): number {
    if (provider.backlog === undefined) return 0
    const known = this.#known.get(provider.id)
    const ageMs = this.#clock.monotonicMs() - (known?.askedMs ?? Number.NEGATIVE_INFINITY)
    if (ageMs >= FRESH_MS) void this.#ask(provider.id, provider.backlog)
    return ageMs < KEPT_MS ? (known?.jobs ?? 0) : 0
  }

  async #ask(id: string, backlog: NonNullable<Provider['backlog']>): Promise<void> {
    if (this.#asking.has(id)) return
    this.#asking.add(id)
    try {
      const jobs = await backlog()
      const askedMs = this.#clock.monotonicMs()
      if (jobs !== undefined) this.#known.set(id, { jobs, askedMs })
    } catch {
      // Nobody waits for this answer, and what is not known counts as nothing.
    } finally {
      this.#asking.delete(id)
    }
  }
}
