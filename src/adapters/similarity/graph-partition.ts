import type { UnitVector } from '../../core/cache/similarity/unit-vector.ts'
import { cosine } from '../../core/statistics/cosine.ts'
import type { Neighbour } from '../../ports/similarity-index.ts'
import type { Partition } from './partition.ts'

/**
 * Neighbours of each vector in the graph, and candidates while adding and searching: the defaults
 * of usearch 2.26 but for adding, where half as many make a graph grow sooner. A neighbour that is
 * missed for it costs a picture that could have been reused, never a wrong one.
 */
const shape = { connectivity: 16, expansion_add: 64, expansion_search: 64 } as const

/** Opens an empty partition; undefined when the optional library is not installed. */
export async function openGraphPartition(dimensions: number): Promise<Partition | undefined> {
  const library = await import('usearch').catch(() => undefined)
  if (library === undefined) return undefined
  const { Index, MetricKind, ScalarKind } = library
  const settings = { metric: MetricKind.Cos, quantization: ScalarKind.I8, dimensions, ...shape }
  return new GraphPartition(new Index({ ...settings, multi: false }))
}

type Graph = InstanceType<typeof import('usearch')['Index']>

/**
 * A graph of near vectors (hierarchical navigable small world) that is walked instead of comparing
 * all: finds nearly always the nearest, in a time that hardly grows. The vectors are kept here too,
 * because the distances of the graph are rounded.
 */
class GraphPartition implements Partition {
  readonly #graph: Graph
  readonly #vectors = new Map<string, { readonly number: bigint; readonly vector: UnitVector }>()
  readonly #keys = new Map<bigint, string>()
  #next = 0n

  constructor(graph: Graph) {
    this.#graph = graph
  }

  get size(): number {
    return this.#vectors.size
  }

  add(key: string, vector: UnitVector): void {
    if (this.#vectors.has(key)) return
    const number = this.#next
    this.#next += 1n
    this.#graph.add(number, vector, 1)
    this.#vectors.set(key, { number, vector })
    this.#keys.set(number, key)
  }

  remove(key: string): void {
    const found = this.#vectors.get(key)
    if (found === undefined) return
    this.#graph.remove(found.number)
    this.#keys.delete(found.number)
    this.#vectors.delete(key)
  }

  async nearest(vector: UnitVector, limit: number): Promise<readonly Neighbour[]> {
    const { keys } = this.#graph.search(vector, limit, 1)
    const found = [...keys].flatMap((number): readonly Neighbour[] => {
      const key = this.#keys.get(number)
      const known = key === undefined ? undefined : this.#vectors.get(key)
      if (key === undefined || known === undefined) return []
      return [{ key, similarity: cosine(vector, known.vector) }]
    })
    return found.toSorted((one, other) => other.similarity - one.similarity)
  }

  *entries(): Generator<readonly [string, UnitVector]> {
    for (const [key, { vector }] of this.#vectors) yield [key, vector]
  }
}
