import type { UnitVector } from '../../core/cache/similarity/unit-vector.ts'
import type { Log } from '../../ports/log.ts'
import type { SimilarityIndex } from '../../ports/similarity-index.ts'
import { openGraphPartition } from './graph-partition.ts'
import type { Partition } from './partition.ts'
import { ScannedPartition } from './scanned-partition.ts'

/** Limits of an index in memory. */
export interface SimilarityLimits {
  /** Vectors of one partition that are scanned; above it a graph is walked. */
  readonly mostScanned?: number
  /** Vectors in all; the partitions that were not asked for longest go first. */
  readonly mostVectors?: number
  /** Opens a partition that is walked; undefined where that cannot be had. */
  readonly openGraph?: (dimensions: number) => Promise<Partition | undefined>
}

/**
 * A scan of so many takes some 4 ms with 256 numbers a vector and 11 ms with 1,024, in slices that
 * let others have their turn; of 10,000 with 1,024 it takes 70 (medians on two busy cores,
 * 2026-11-26).
 */
const MOST_SCANNED = 2_000
const MOST_VECTORS = 1_000_000
/** Vectors put into a graph before others get their turn; one takes up to a millisecond. */
const ADDED_AT_ONCE = 3

/** Keeps vectors in memory: what it forgets is read from the database again. */
export class MemorySimilarityIndex implements SimilarityIndex {
  readonly #partitions = new Map<string, Partition>()
  readonly #growing = new Map<string, Promise<void>>()
  readonly #limits: Required<SimilarityLimits>
  readonly #log: Log
  /** Whether the library for graphs was looked for and not found. */
  #hasNoGraph = false
  #vectors = 0

  constructor(log: Log, limits: SimilarityLimits = {}) {
    this.#log = log
    this.#limits = {
      mostScanned: limits.mostScanned ?? MOST_SCANNED,
      mostVectors: limits.mostVectors ?? MOST_VECTORS,
      openGraph: limits.openGraph ?? openGraphPartition,
    }
  }

  add(name: string, key: string, vector: UnitVector): void {
    const partition = this.#partitions.get(name) ?? new ScannedPartition(vector.length)
    this.#partitions.set(name, partition)
    const before = partition.size
    partition.add(key, vector)
    this.#vectors += partition.size - before
    if (this.#vectors > this.#limits.mostVectors) this.#forgetOldest(name)
    const isLarge = partition.size > this.#limits.mostScanned
    const isScanned = partition instanceof ScannedPartition
    if (!isLarge || !isScanned || this.#hasNoGraph || this.#growing.has(name)) return
    const grown = this.#grow(name, partition, vector.length).finally(() => {
      this.#growing.delete(name)
    })
    this.#growing.set(name, grown)
  }

  remove(name: string, key: string): void {
    const partition = this.#partitions.get(name)
    if (partition === undefined) return
    const before = partition.size
    partition.remove(key)
    this.#vectors -= before - partition.size
  }

  async nearest(name: string, vector: UnitVector, limit: number) {
    const partition = this.#partitions.get(name)
    if (partition === undefined) return []
    // The one that was asked last goes to the end: the first is forgotten first.
    this.#partitions.delete(name)
    this.#partitions.set(name, partition)
    return partition.nearest(vector, limit)
  }

  size(name: string): number {
    return this.#partitions.get(name)?.size ?? 0
  }

  /** Resolves when no partition is being turned into a graph. */
  async settled(): Promise<void> {
    await Promise.all(this.#growing.values())
  }

  #forgetOldest(kept: string): void {
    for (const [name, { size }] of this.#partitions) {
      if (name === kept) continue
      this.#partitions.delete(name)
      this.#vectors -= size
      if (this.#vectors <= this.#limits.mostVectors) return
    }
  }

  /** Builds the graph a few vectors at a time; until it is whole, scans answer. */
  async #grow(name: string, scanned: Partition, dimensions: number): Promise<void> {
    const graph = await this.#limits.openGraph(dimensions)
    if (graph === undefined) {
      this.#hasNoGraph = true
      const vectors = this.size(name)
      const advice = 'install the package `usearch` to search many prompts faster'
      this.#log.warn({ vectors, advice }, 'prompts are compared one by one')
      return
    }
    let isWhole = false
    while (!isWhole) {
      const missing = [...scanned.entries()].slice(graph.size)
      isWhole = missing.length <= ADDED_AT_ONCE
      for (const [index, [key, vector]] of missing.entries()) {
        if (index % ADDED_AT_ONCE === 0) await new Promise((next) => setImmediate(next))
        graph.add(key, vector)
      }
    }
    const present = new Set([...scanned.entries()].map(([key]) => key))
    for (const [key] of [...graph.entries()]) if (!present.has(key)) graph.remove(key)
    for (const [key, vector] of scanned.entries()) graph.add(key, vector)
    if (this.#partitions.get(name) === scanned) this.#partitions.set(name, graph)
  }
}
