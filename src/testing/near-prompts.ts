import { MemorySimilarityIndex } from '../adapters/similarity/memory-similarity-index.ts'
import { lexicalLens } from '../core/cache/similarity/nearness.ts'
import type { CachePools } from '../gateway/cache-pools.ts'
import type { Dependencies } from '../gateway/dependencies.ts'
import { SimilarityDesk, type SimilarityRule } from '../gateway/similarity-desk.ts'
import type { Log } from '../ports/log.ts'
import type { SimilarPromptStore } from '../ports/similar-prompts.ts'

/** What a stand has of near prompts and pools; nothing unless it is asked for. */
export function nearPrompts(
  asked: { readonly similarity?: SimilarityRule; readonly cachePools?: CachePools },
  store: SimilarPromptStore,
  log: Log,
): Pick<Dependencies, 'similarity' | 'cachePools'> {
  const { similarity: rule, cachePools } = asked
  const index = new MemorySimilarityIndex(log)
  return {
    ...(cachePools === undefined ? {} : { cachePools }),
    ...(rule === undefined
      ? {}
      : { similarity: new SimilarityDesk({ rule, lens: lexicalLens, index, store, log }) }),
  }
}
