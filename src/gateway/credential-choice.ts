import type { Credential } from '../ports/provider.ts'

/** What is remembered of one credential. */
interface Use {
  running: number
  /** Calls begun for its weight: who is furthest behind comes next. */
  turn: number
}

/** Credentials that are remembered; the oldest go first. */
const MAX_CREDENTIALS = 10_000

/**
 * Chooses among a provider's credentials in proportion to their weights: the one with the fewest
 * calls under way for its weight, and among those the one that was taken least for its weight.
 */
export class CredentialChoice {
  readonly #uses = new Map<string, Use>()

  /** The next credential, of those that can be called; undefined when there is none. */
  next(provider: string, possible: readonly Credential[]): Credential | undefined {
    const weighed = possible.map((credential) => {
      const { running, turn } = this.#useOf(provider, credential)
      const weight = Math.max(credential.weight, 1e-9)
      return { credential, load: running / weight, turn: turn + 1 / weight }
    })
    return weighed.toSorted((a, b) => a.load - b.load || a.turn - b.turn)[0]?.credential
  }

  /**
   * Notes that a call begins. Whoever was left out meanwhile, being down, does not catch up: a key
   * that has just come back must not get all the calls.
   * @returns what to call when it has ended.
   */
  begin(provider: string, credential: Credential, all: readonly Credential[]): () => void {
    const use = this.#useOf(provider, credential)
    const before = use.turn
    use.running += 1
    use.turn += 1 / Math.max(credential.weight, 1e-9)
    for (const other of all) {
      const each = this.#useOf(provider, other)
      each.turn = Math.max(each.turn, before - 1 / Math.max(other.weight, 1e-9))
    }
    let isRunning = true
    return () => {
      if (isRunning) use.running -= 1
      isRunning = false
    }
  }

  #useOf(provider: string, { id }: Credential): Use {
    const key = `${provider}\n${id}`
    const use = this.#uses.get(key) ?? { running: 0, turn: 0 }
    this.#uses.set(key, use)
    if (this.#uses.size > MAX_CREDENTIALS) {
      const oldest = this.#uses.keys().next()
      if (oldest.done !== true) this.#uses.delete(oldest.value)
    }
    return use
  }
}
