import { z } from 'zod'
import { OPENROUTER_URL, readOpenRouter } from '../../core/pricebook/feed/readers/openrouter.ts'
import { dayOf } from '../../core/time.ts'
import type { PriceSource } from '../../ports/price-source.ts'
import { fetchJson } from './fetch-json.ts'
import { sourceFailure } from './source-failure.ts'
import type { SourceParts } from './source-parts.ts'

const EVERY_MS = 6 * 3_600_000
/** Image models that are asked about; there were some forty in November 2026. */
const MAX_MODELS = 200
/** Requests at a time. */
const AT_ONCE = 4
/** For the list and all its models together. */
const TOTAL_MS = 120_000

const models = z.object({
  data: z.array(z.object({ id: z.string().regex(/^[\w.-]+\/[\w.:-]+$/) })),
})

/**
 * The suppliers' price lines of the image models at OpenRouter. The list of models has no prices,
 * so each model is asked about, and "unchanged" is not known for the whole. When one of the answers
 * is missing, the look as a whole has failed: a model must not vanish because a server was slow.
 */
export function createOpenRouterSource(
  parts: SourceParts & { readonly apiKey?: string },
): PriceSource {
  const { http, clock, names, apiKey, url = OPENROUTER_URL, everyMs = EVERY_MS } = parts
  const id = parts.id ?? 'openrouter'
  const headers: Record<string, string> =
    apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  const { privateOrigins = [] } = parts
  const ask = async (path: string, signal: AbortSignal): Promise<unknown> => {
    const request = { url: `${url}${path}`, version: {}, headers, privateOrigins, signal }
    const answer = await fetchJson(http, request)
    return answer.kind === 'json' ? answer.json : undefined
  }
  return {
    id,
    kind: 'openrouter',
    trust: 'vendor',
    everyMs,
    fetch: async (_version, signal) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)])
      const list = models.safeParse(await ask('/images/models', limited))
      if (!list.success) throw sourceFailure('unreadable', 'no list of image models came')
      const slugs = list.data.data.map((model) => model.id)
      if (slugs.length > MAX_MODELS) {
        throw sourceFailure('too_large', `${slugs.length} image models; at most ${MAX_MODELS}`)
      }
      const answers: unknown[] = []
      for (let at = 0; at < slugs.length; at += AT_ONCE) {
        const paths = slugs
          .slice(at, at + AT_ONCE)
          .map((slug) => `/images/models/${slug}/endpoints`)
        answers.push(...(await Promise.all(paths.map((path) => ask(path, limited)))))
      }
      const fetchedAt = clock.now()
      const context = { source: id, names: names(), today: dayOf(fetchedAt) }
      return { kind: 'read', reading: readOpenRouter(answers, context), version: {}, fetchedAt }
    },
  }
}
