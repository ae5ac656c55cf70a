import { promptForm } from '../core/cache/prompt-form/prompt-form.ts'
import { vetoOf } from '../core/cache/similarity/veto.ts'
import type { Instant } from '../core/time.ts'
import type { PaidTool } from '../ports/paid-tool.ts'
import type { PromptCursor, SimilarPromptStore } from '../ports/similar-prompts.ts'
import type { SimilarityIndex } from '../ports/similarity-index.ts'
import type { LookTerms } from './gate-evidence.ts'
import { PromptVectors, type VectorParts } from './prompt-vectors.ts'
import { remember } from './remember.ts'

/** When prompts that are near count as one. */
export interface SimilarityRule {
  readonly threshold: number
  /** Share of wrong hits that is borne: what is believed of a hit when its worth is weighed. */
  readonly maxWrong: number
  /** Share of hits that are made anew all the same, to compare. */
  readonly verify: number
}

/** What a desk works with. */
export interface SimilarityParts extends VectorParts {
  readonly rule: SimilarityRule
  readonly index: SimilarityIndex
  readonly store: SimilarPromptStore
}

/** What a picture was made for that answers another prompt. */
export interface Matched {
  readonly prompt: string
  /** Cosine, -1 to 1. */
  readonly similarity: number
}

/** A prompt that was found, and the key that its pictures are cached under. */
export interface NearKey extends Matched {
  readonly key: string
}

/** Limits of what is looked at and kept in mind. */
const limits = {
  /** Nearest prompts that are looked at: the first may have no picture of the right shape. */
  neighbours: 8,
  /** Rows read from the database at once, and pages that a look-up waits for. */
  page: 1_000,
  pages: 10,
  /** Rows of other replicas may become visible later than rows that were made after them. */
  overlapMs: 10_000,
  /** Partitions whose place in the database is remembered. */
  partitions: 100_000,
} as const

/**
 * Finds prompts that mean the same in other words. The truth lies in the database; the index holds
 * what this process uses of it and follows what others add.
 */
export class SimilarityDesk {
  readonly rule: SimilarityRule
  readonly #parts: SimilarityParts
  readonly #followed = new Map<string, PromptCursor>()
  readonly #vectors: PromptVectors

  constructor(parts: SimilarityParts) {
    this.rule = parts.rule
    this.#parts = parts
    this.#vectors = new PromptVectors(parts)
  }

  /** Who must be paid before near prompts can be looked for; undefined when nobody has to be. */
  toPayFor(prompt: string): PaidTool | undefined {
    return this.#vectors.toPayFor(prompt)
  }

  /** Has the vector of a prompt made that costs money. */
  async buyVector(prompt: string, terms: LookTerms): Promise<void> {
    await this.#vectors.buy(prompt, terms)
  }

  /**
   * Prompts of a partition that are near enough and show the same, nearest first.
   * @param threshold counts where it is above the desk's own.
   */
  async near(partition: string, prompt: string, threshold = 0): Promise<readonly NearKey[]> {
    const { index, store, lens, log } = this.#parts
    try {
      const form = promptForm(prompt)
      const vector = await this.#vectors.of(prompt, form)
      if (vector === undefined) return []
      await this.#follow(partition)
      const found = await index.nearest(partition, vector, limits.neighbours)
      const near: NearKey[] = []
      for (const { key, similarity } of found) {
        if (similarity < Math.max(threshold, this.rule.threshold)) break
        const other = await store.promptOf({ partition, lens: this.#vectors.name, key })
        if (other === undefined) index.remove(partition, key)
        else if (vetoOf(promptForm(other), form, lens) === undefined) {
          near.push({ key, similarity, prompt: other })
        }
      }
      return near
    } catch (error) {
      log.warn({ error }, 'near prompts not looked for')
      return []
    }
  }

  /** Keeps a prompt that pictures were made for. */
  async learn(made: {
    readonly partition: string
    readonly key: string
    readonly prompt: string
    readonly createdAt: Instant
    readonly expiresAt: Instant
  }): Promise<void> {
    const { index, store, log } = this.#parts
    try {
      const vector = await this.#vectors.of(made.prompt, promptForm(made.prompt))
      if (vector === undefined) return
      await store.put({ ...made, lens: this.#vectors.name, vector })
      index.add(made.partition, made.key, vector)
    } catch (error) {
      log.warn({ error }, 'prompt not kept for similar ones')
    }
  }

  /** Reads what came into a partition since it was last looked at. */
  async #follow(partition: string): Promise<void> {
    const { index } = this.#parts
    const seen = index.size(partition) === 0 ? undefined : this.#followed.get(partition)
    let after: PromptCursor =
      seen === undefined
        ? { createdAt: 0, key: '' }
        : { createdAt: seen.createdAt - limits.overlapMs, key: '' }
    for (let page = 0; page < limits.pages; page += 1) {
      const next = await this.#readPage(partition, after)
      if (next === undefined) return
      after = next
    }
    void this.#readOn(partition, after)
  }

  /** The rest of a large partition; look-ups do not wait for it. */
  async #readOn(partition: string, from: PromptCursor): Promise<void> {
    try {
      let after: PromptCursor | undefined = from
      while (after !== undefined) {
        await new Promise((next) => setImmediate(next))
        after = await this.#readPage(partition, after)
      }
    } catch (error) {
      this.#parts.log.warn({ error }, 'prompts not read')
    }
  }

  /** @returns where the next page begins; undefined after the last one. */
  async #readPage(partition: string, after: PromptCursor): Promise<PromptCursor | undefined> {
    const { index, store } = this.#parts
    const query = { partition, lens: this.#vectors.name, after, limit: limits.page }
    const rows = await store.list(query)
    for (const { key, vector } of rows) index.add(partition, key, vector)
    const last = rows.at(-1)
    if (last !== undefined) remember(this.#followed, limits.partitions, partition, last)
    return rows.length < limits.page ? undefined : last
  }
}
