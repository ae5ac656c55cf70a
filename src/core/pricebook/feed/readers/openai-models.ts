import { z } from 'zod'
import { startOfDay } from '../../../time.ts'
import type { FeedReading, LifecycleEntry } from '../feed-entry.ts'
import type { ReaderContext } from './reader-context.ts'

/** Where OpenAI lists its models with their ends. */
export const OPENAI_MODELS_URL = 'https://api.openai.com/v1/models'

/**
 * The part of the list that matters here. `shutdown_date` is a day or null (openai-openapi
 * `openapi.yaml`, 2026-08-21); a model without an announced end has null.
 */
const list = z.object({
  data: z.array(z.object({ id: z.string(), shutdown_date: z.string().nullish() })),
})

/**
 * Reads the announced ends of models from `GET /v1/models`. It has no prices. Models that are not
 * in our catalogue, most of the list, are none of our business; a dated snapshot may end before
 * its model does and says nothing about it.
 */
export function readOpenAIModels(json: unknown, context: ReaderContext): FeedReading | undefined {
  const parsed = list.safeParse(json)
  if (!parsed.success) return undefined
  const entries = parsed.data.data.flatMap(({ id, shutdown_date: day }): LifecycleEntry[] => {
    const offer = context.names.known('openai', [id])
    if (offer !== `openai/${id}` || day == null || !isDay(day)) return []
    const evidence = { source: context.source, key: id, url: OPENAI_MODELS_URL }
    return [
      {
        what: 'lifecycle',
        offer,
        lifecycle: { shutdownAt: day },
        evidence: { ...evidence, readAt: context.today },
      },
    ]
  })
  return { entries, skipped: [] }
}

function isDay(text: string): boolean {
  try {
    return startOfDay(text) > 0
  } catch {
    return false
  }
}
