import { createOpenAIEmbedder } from '../adapters/openai-compatible/openai-embedder.ts'
import type { Lens } from '../core/cache/similarity/nearness.ts'
import { toUnitVector } from '../core/cache/similarity/unit-vector.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { Embedder } from '../ports/embedder.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { CacheEmbedderSettings } from './cache-schema.ts'

/** A look-up must not wait long: without an answer the picture is made. */
const TIMEOUT_MS = 2_000

/** The embedder that the settings name. */
export const openEmbedder = (
  { url, model, api_key: apiKey, allow_private: allowPrivate }: CacheEmbedderSettings,
  http: HttpClient,
): Embedder =>
  createOpenAIEmbedder({
    ...{ http, baseUrl: url, model, timeoutMs: TIMEOUT_MS },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(allowPrivate === undefined ? {} : { allowPrivate }),
  })

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
