import { createOnnxEmbedder } from '../adapters/onnx/onnx-embedder.ts'
import { createOpenAIEmbedder } from '../adapters/openai-compatible/openai-embedder.ts'
import { MemorySimilarityIndex } from '../adapters/similarity/memory-similarity-index.ts'
import { type Lens, lexicalLens } from '../core/cache/similarity/nearness.ts'
import { toUnitVector } from '../core/cache/similarity/unit-vector.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { Dependencies } from '../gateway/dependencies.ts'
import { KnownInputs } from '../gateway/known-inputs.ts'
import { SimilarityDesk } from '../gateway/similarity-desk.ts'
import type { Clock } from '../ports/clock.ts'
import type { Embedder } from '../ports/embedder.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { Log } from '../ports/log.ts'
import type { SimilarPromptStore } from '../ports/similar-prompts.ts'
import type { CacheEmbedderSettings, CacheSettings } from './cache-schema.ts'
import { ConfigError } from './config-error.ts'
import { emulatedEndpoint, toEndpoint } from './open-gates.ts'
import type { Settings } from './schema.ts'

/** A look-up must not wait long: without an answer the picture is made. */
const TIMEOUT_MS = 2_000

/** What holds when only the consent is given: for prompts compared by their words. */
const defaults = { threshold: 0.9, maxWrong: 0.01, verify: 0.03 } as const

/**
 * The tier of near prompts, where the settings switch it on.
 * @throws ConfigError when a model compares prompts and nobody calibrated its threshold.
 */
function openSimilarity(
  { embedder: chosen, similarity }: CacheSettings,
  parts: Reach & {
    readonly store: SimilarPromptStore
    readonly clock: Clock
    readonly log: Log
  },
): SimilarityDesk | undefined {
  if (similarity === undefined) return undefined
  const { threshold, max_wrong, verify } = similarity
  if (chosen !== undefined && threshold === undefined) {
    throw new ConfigError([
      'cache.similarity needs a threshold for the model of cache.embedder: ' +
        'keeprate cache eval PAIRS.jsonl --calibrate finds it on your own pairs',
    ])
  }
  const embedder = chosen === undefined ? undefined : openEmbedder(chosen, parts)
  return new SimilarityDesk({
    ...parts,
    rule: {
      threshold: threshold ?? defaults.threshold,
      maxWrong: max_wrong ?? defaults.maxWrong,
      verify: verify ?? defaults.verify,
    },
    lens: embedder === undefined ? lexicalLens : { knowsMeaning: true, vectorOf: () => undefined },
    ...(embedder === undefined ? {} : { embedder }),
    index: new MemorySimilarityIndex(parts.log),
  })
}

/** What the cache needs of the settings beside its store. */
export function cacheParts(
  { cache }: Pick<Settings, 'cache'>,
  parts: Parameters<typeof openSimilarity>[1],
): Pick<Dependencies, 'similarity' | 'cachePools' | 'knownInputs'> {
  const similarity = openSimilarity(cache, parts)
  return {
    ...(similarity === undefined ? {} : { similarity }),
    ...(cache.input_likeness === false ? {} : { knownInputs: new KnownInputs() }),
    ...(cache.pools === undefined ? {} : { cachePools: cache.pools }),
  }
}

/** What an embedder is reached by. */
interface Reach {
  readonly http: HttpClient
  /** Address of an emulated tool; empty where nothing is emulated. */
  readonly sandboxUrl: (id: string) => string
}

/**
 * The embedder that the settings name.
 * @throws ConfigError when what it needs is not there.
 */
export function openEmbedder(chosen: CacheEmbedderSettings, reach: Reach): Embedder {
  if (chosen === 'sandbox') return createOpenAIEmbedder(emulatedEndpoint(reach))
  if (!('folder' in chosen)) {
    return createOpenAIEmbedder({ timeoutMs: TIMEOUT_MS, ...toEndpoint(chosen, reach.http) })
  }
  try {
    return createOnnxEmbedder({ folder: chosen.folder, timeoutMs: TIMEOUT_MS })
  } catch (error) {
    throw new ConfigError([`cache.embedder: ${error instanceof Error ? error.message : error}`])
  }
}

/**
 * Prompts as a model sees them, embedded before.
 * @throws GatewayError when the embedder gives no vectors.
 */
export async function embeddedLens(embedder: Embedder, prompts: readonly string[]): Promise<Lens> {
  const texts = [...new Set(prompts)]
  const embedded = await embedder.embed(texts.map((text) => ({ text })))
  if (!embedded.ok) throw new GatewayError('invalid_request', `No vectors: ${embedded.reason}.`)
  const vectors = new Map(
    texts.map((text, index) => [text, toUnitVector(embedded.vectors[index] ?? [])]),
  )
  return { knowsMeaning: true, vectorOf: (prompt) => vectors.get(prompt) }
}
