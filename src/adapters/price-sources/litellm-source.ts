import { isObject } from '../../core/json.ts'
import { litellmSource } from '../../core/pricebook/feed/import-litellm.ts'
import { LITELLM_URL, readLitellm } from '../../core/pricebook/feed/readers/litellm.ts'
import { dayOf } from '../../core/time.ts'
import type { PriceSource } from '../../ports/price-source.ts'
import { fetchJson } from './fetch-json.ts'
import { sourceFailure } from './source-failure.ts'
import type { SourceParts } from './source-parts.ts'

/** The file changes a few times a day. */
const EVERY_MS = 6 * 3_600_000

/** LiteLLM's price file, from its repository or a mirror. */
export function createLitellmSource(parts: SourceParts): PriceSource {
  const { http, clock, names, url = LITELLM_URL, everyMs = EVERY_MS, privateOrigins } = parts
  const id = parts.id ?? litellmSource.id
  return {
    ...litellmSource,
    id,
    everyMs,
    fetch: async (version, signal) => {
      const answer = await fetchJson(http, {
        url,
        version,
        signal,
        ...(privateOrigins === undefined ? {} : { privateOrigins }),
      })
      const fetchedAt = clock.now()
      if (answer.kind === 'unchanged') return { kind: 'unchanged', fetchedAt }
      if (!isObject(answer.json)) {
        throw sourceFailure('unreadable', 'the price file is no object of models')
      }
      const context = { source: id, names: names(), today: dayOf(fetchedAt) }
      const reading = readLitellm(answer.json, context)
      // An error page in JSON is an object, too. A file without one picture is not the price file.
      if (reading.entries.length === 0) {
        throw sourceFailure('unreadable', 'the price file lists no image model')
      }
      return { kind: 'read', reading, version: answer.version, fetchedAt }
    },
  }
}
