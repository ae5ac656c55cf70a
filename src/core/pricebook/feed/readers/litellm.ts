import { z } from 'zod'
import { isObject } from '../../../json.ts'
import { startOfDay } from '../../../time.ts'
import type {
  FeedEntry,
  FeedReading,
  FlawedEntry,
  PriceEntry,
  SkippedEntry,
} from '../feed-entry.ts'
import type { LitellmItem } from './litellm-item.ts'
import { fromLitellmKey, type LitellmKey } from './litellm-key.ts'
import { operationsOf } from './litellm-operation.ts'
import { fromLitellmPrice, type LitellmRow } from './litellm-price.ts'
import { withoutMisleading } from './litellm-sizes.ts'
import { mergeSteps } from './litellm-steps.ts'
import { doubtsAboutLitellm } from './litellm-traps.ts'
import { withoutOtherNames } from './litellm-twins.ts'
import type { ReaderContext } from './reader-context.ts'

/** Where LiteLLM publishes its file. */
export const LITELLM_URL =
  'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json'

const url = z.url({ protocol: /^https?$/ })

/**
 * Reads LiteLLM's price file: every row about pictures becomes an entry or is skipped with a
 * reason. The file has no dates, so its prices hold from the day they were read, and its confidence
 * is low throughout.
 */
export function readLitellm(json: unknown, context: ReaderContext): FeedReading {
  const rows = isObject(json) ? Object.entries(json) : []
  const skipped: SkippedEntry[] = []
  const items: LitellmItem[] = []
  const lives: FeedEntry[] = []
  for (const [key, row] of rows) {
    if (!isObject(row)) continue
    const operations = operationsOf(key, row)
    if (operations.length === 0) continue
    if (/deep-research/.test(key)) {
      const text = 'a model that writes, filed among those that paint'
      skipped.push({ key, code: 'not_an_image_model', text })
      continue
    }
    const made = itemsOf(key, row, operations, context)
    if ('code' in made) skipped.push(made)
    else items.push(...made)
    lives.push(...lifeOf(key, row, context))
  }
  const stepped = mergeSteps(items)
  const sized = withoutMisleading(stepped)
  const named = withoutOtherNames(sized.items)
  return {
    entries: [...named.items.map(({ entry }) => entry), ...withoutRepeats(lives)],
    skipped: [...skipped, ...sized.skipped, ...named.skipped],
  }
}

function itemsOf(
  key: string,
  row: LitellmRow,
  operations: readonly string[],
  context: ReaderContext,
): readonly LitellmItem[] | SkippedEntry {
  const price = fromLitellmPrice({ ...row, key })
  if (price.kind === 'skipped') return { key, code: price.code, text: price.text }
  const { offer, parts, isOwnName } = offerOf(key, row, context)
  const selector = { quality: parts.quality, resolution: null, size: parts.size }
  const note = price.kind === 'price' ? price.note : undefined
  const shared = {
    offer,
    selector,
    evidence: {
      source: context.source,
      key,
      url: url.safeParse(row.source).data ?? LITELLM_URL,
      readAt: context.today,
      ...(note === undefined ? {} : { note }),
    },
  }
  return operations.map((operation) => {
    const entry: PriceEntry | FlawedEntry =
      price.kind === 'flawed'
        ? { what: 'flawed', ...shared, operation, flaw: price.flaw, text: price.text }
        : {
            what: 'price',
            ...shared,
            operation,
            components: [price.component],
            validFrom: context.today,
            validTo: null,
            currency: 'USD',
            confidence: 'low',
            doubts: doubtsAboutLitellm(key, row),
          }
    return { key, row, parts, isOwnName, entry }
  })
}

/** Stability's services have a prefix in our catalogue that LiteLLM leaves out. */
const spellings = (model: string): readonly string[] => [model, `stable-${model}`]

function offerOf(
  key: string,
  row: LitellmRow,
  { names }: ReaderContext,
): { readonly offer: string; readonly parts: LitellmKey; readonly isOwnName: boolean } {
  const parts = fromLitellmKey(key, String(row.litellm_provider ?? 'unknown'))
  const own = `${parts.provider}/${parts.model}`
  const known = names.known(parts.provider, spellings(parts.model))
  return { offer: known ?? own, parts, isOwnName: known === undefined || known === own }
}

/** A date of deprecation by strangers is a warning; they do not shut a model down. */
function lifeOf(key: string, row: LitellmRow, context: ReaderContext): FeedEntry[] {
  const day = row.deprecation_date
  if (typeof day !== 'string' || !isDay(day)) return []
  const { offer } = offerOf(key, row, context)
  const evidence = { source: context.source, key, url: LITELLM_URL, readAt: context.today }
  return [{ what: 'lifecycle', offer, lifecycle: { deprecatedAt: day }, evidence }]
}

function withoutRepeats(lives: readonly FeedEntry[]): readonly FeedEntry[] {
  const byOffer = new Map(lives.toReversed().map((life) => [life.offer, life]))
  return [...byOffer.values()].reverse()
}

function isDay(text: string): boolean {
  try {
    return startOfDay(text) > 0
  } catch {
    return false
  }
}
