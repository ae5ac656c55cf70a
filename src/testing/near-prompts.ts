import { MemorySimilarityIndex } from '../adapters/similarity/memory-similarity-index.ts'
import { type Lens, lexicalLens } from '../core/cache/similarity/nearness.ts'
import type { TwinRule } from '../core/quality/twins.ts'
import type { CachePools } from '../gateway/cache-pools.ts'
import { ClassDesk } from '../gateway/class-desk.ts'
import type { Dependencies } from '../gateway/dependencies.ts'
import { KnownInputs } from '../gateway/known-inputs.ts'
import { SimilarityDesk, type SimilarityRule } from '../gateway/similarity-desk.ts'
import type { Classifier } from '../ports/classifier.ts'
import type { Clock } from '../ports/clock.ts'
import type { Embedder } from '../ports/embedder.ts'
import type { Log } from '../ports/log.ts'
import type { SimilarPromptStore } from '../ports/similar-prompts.ts'

/** What a stand has of likeness. */
export interface LikenessOptions {
  /** Near prompts, compared by their words; off unless it says. */
  readonly similarity?: SimilarityRule
  /** Makes the vectors of near prompts; their words do without it. */
  readonly cacheEmbedder?: Embedder
  readonly cachePools?: CachePools
  /** Says what prompts are about, two in a minute. */
  readonly classifier?: Classifier
  /** What is done about pictures that hardly differ; as in production unless it says. */
  readonly nearDuplicates?: TwinRule
}

/** What a stand has of near prompts and pools; nothing unless it is asked for. */
export function nearPrompts(
  asked: LikenessOptions,
  store: SimilarPromptStore,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): Pick<Dependencies, 'similarity' | 'cachePools' | 'knownInputs' | 'nearDuplicates' | 'classes'> {
  const { similarity: rule, cacheEmbedder: embedder, cachePools, nearDuplicates } = asked
  const { classifier } = asked
  const purposes = ['product', 'hero', 'thumbnail']
  const lens: Lens =
    embedder === undefined ? lexicalLens : { knowsMeaning: true, vectorOf: () => undefined }
  const made = embedder === undefined ? { lens } : { lens, embedder }
  const index = new MemorySimilarityIndex(log)
  return {
    knownInputs: new KnownInputs(),
    ...(classifier && {
      classes: new ClassDesk({ classifier, perMinute: 2, purposes, clock, log }),
    }),
    ...(nearDuplicates === undefined ? {} : { nearDuplicates }),
    ...(cachePools === undefined ? {} : { cachePools }),
    ...(rule === undefined
      ? {}
      : { similarity: new SimilarityDesk({ rule, ...made, index, store, clock, log }) }),
  }
}
