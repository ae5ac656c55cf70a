import {
  OPENAI_MODELS_URL,
  readOpenAIModels,
} from '../../core/pricebook/feed/readers/openai-models.ts'
import { dayOf } from '../../core/time.ts'
import type { PriceSource } from '../../ports/price-source.ts'
import { fetchJson } from './fetch-json.ts'
import { sourceFailure } from './source-failure.ts'
import type { SourceParts } from './source-parts.ts'

/** Ends are announced months ahead. */
const EVERY_MS = 24 * 3_600_000

/** The announced ends of OpenAI's models; needs a key. */
export function createOpenAIModelsSource(
  parts: SourceParts & { readonly apiKey: string },
): PriceSource {
  const { http, clock, names, apiKey, url = OPENAI_MODELS_URL, everyMs = EVERY_MS } = parts
  const id = parts.id ?? 'openai-models'
  return {
    id,
    kind: 'openai-models',
    trust: 'vendor',
    everyMs,
    fetch: async (version, signal) => {
      const headers = { authorization: `Bearer ${apiKey}` }
      const { privateOrigins = [] } = parts
      const answer = await fetchJson(http, { url, version, headers, privateOrigins, signal })
      const fetchedAt = clock.now()
      if (answer.kind === 'unchanged') return { kind: 'unchanged', fetchedAt }
      const context = { source: id, names: names(), today: dayOf(fetchedAt) }
      const reading = readOpenAIModels(answer.json, context)
      if (reading === undefined) throw sourceFailure('unreadable', 'no list of models came')
      return { kind: 'read', reading, version: answer.version, fetchedAt }
    },
  }
}
