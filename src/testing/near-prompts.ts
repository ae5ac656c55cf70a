import { MemorySimilarityIndex } from '../adapters/similarity/memory-similarity-index.ts'
import { type Lens, lexicalLens } from '../core/cache/similarity/nearness.ts'
import type { CachePools } from '../gateway/cache-pools.ts'
import type { Dependencies } from '../gateway/dependencies.ts'
import { SimilarityDesk, type SimilarityRule } from '../gateway/similarity-desk.ts'
import type { Clock } from '../ports/clock.ts'
import type { Embedder } from '../ports/embedder.ts'
import type { Log } from '../ports/log.ts'
import type { SimilarPromptStore } from '../ports/similar-prompts.ts'

/** What a stand has of near prompts and pools; nothing unless it is asked for. */
export function nearPrompts(
  asked: {
    readonly similarity?: SimilarityRule
    readonly cacheEmbedder?: Embedder
    readonly cachePools?: CachePools
  },
  store: SimilarPromptStore,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): Pick<Dependencies, 'similarity' | 'cachePools'> {
  const { similarity: rule, cacheEmbedder: embedder, cachePools } = asked
  const lens: Lens =
    embedder === undefined ? lexicalLens : { knowsMeaning: true, vectorOf: () => undefined }
  const made = embedder === undefined ? { lens } : { lens, embedder }
  const index = new MemorySimilarityIndex(log)
  return {
    ...(cachePools === undefined ? {} : { cachePools }),
    ...(rule === undefined
      ? {}
      : { similarity: new SimilarityDesk({ rule, ...made, index, store, clock, log }) }),
  }
}
