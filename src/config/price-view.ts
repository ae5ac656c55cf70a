import { readFileSync } from 'node:fs'
import { amendLifecycles } from '../core/catalog/amend-lifecycles.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import { type Model, offerName } from '../core/catalog/model.ts'
import type { FeedLayer } from '../core/pricebook/feed/feed-layer.ts'
import { makeLayeredBook, type PriceBook } from '../core/pricebook/price-book.ts'
import type { Usage } from '../core/pricing/usage.ts'
import { qualities } from '../core/request/image-request.ts'
import type { Estimator } from '../core/routing/quote-offer.ts'
import { runAtOnce } from '../core/steps.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import { ConfigError } from './config-error.ts'
import { plainEstimator, withUsage } from './plain-estimator.ts'
import { pathOfBook } from './price-books.ts'
import { priceLayers } from './price-layers.ts'
import { livePrices, offersOf } from './providers.ts'
import { type BookFile, type BookReading, problemText, readBook } from './read-book.ts'
import type { Settings } from './schema.ts'

/** Prices with what is needed to quote them, without any gateway. */
export interface PriceView {
  readonly book: PriceBook
  /** Models that a quote can mean; of a book alone also those that are gone or never were. */
  readonly catalog: Catalog
  readonly estimatorOf: (model: Model) => Estimator
  /** The day whose prices are meant when nobody says another; undefined = today. */
  readonly asOf?: string
  /** What should be said beside the price of an offer of a book: that it is gone, or never was. */
  readonly remarkOn: (offer: string) => string | undefined
}

/** What a view is made of. */
export interface ViewParts {
  readonly definitions: readonly ProviderDefinition[]
  readonly settings: Pick<Settings, 'priceBooks' | 'priceOverrides'>
  /** What price feeds have put in force; a book by itself is shown without it. */
  readonly feed?: FeedLayer | undefined
  readonly sha256: Sha256
  readonly folder: string
  /** A book by itself: `live`, the name of a shipped one, or a file. Undefined = all in force. */
  readonly named?: string | undefined
  /** Usage that whoever asks knows, over what is estimated. */
  readonly usage: Partial<Usage>
}

/**
 * Opens prices to look at: those in force, or one book by itself.
 * @throws ConfigError when a book cannot be read.
 */
export function openPriceView(parts: ViewParts): PriceView {
  const { named, definitions, settings, sha256 } = parts
  if (named !== undefined && named !== 'live') return viewOfBook(named, parts)
  const feed = named === undefined ? parts.feed : undefined
  const live = livePrices(definitions)
  const books = named === 'live' ? [] : settings.priceBooks.map((path) => load(path, definitions))
  const { layers, markups } =
    named === 'live'
      ? { layers: { live }, markups: [] }
      : priceLayers(settings, {
          books: books.map(({ name, prices }) => ({ name, rows: prices })),
          live,
        })
  const plain = plainEstimator(parts.usage)
  const byId = new Map(
    definitions.map((definition) => [
      definition.id,
      withUsage({ ...definition, isSimulated: false }, parts.usage),
    ]),
  )
  return {
    book: makeLayeredBook({ ...layers, feed: feed?.parts ?? [] }, markups, sha256),
    catalog: amendLifecycles(
      {
        models: definitions.flatMap(({ models }) => models),
        aliases: definitions.flatMap(({ aliases }) => aliases),
      },
      feed?.lifecycles ?? [],
    ),
    estimatorOf: ({ provider }) => byId.get(provider) ?? plain,
    remarkOn: () => undefined,
  }
}

/** Reads a book of the operator's or one that ships. */
export function readBookFile(
  path: string,
  definitions: readonly ProviderDefinition[],
): BookReading {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = `the file cannot be read: ${error instanceof Error ? error.message : ''}`
    return { problems: [{ place: `${path}:1:1`, member: '', reason, severity: 'error' }] }
  }
  return runAtOnce(readBook(text, path, { knownOffers: offersOf(definitions) }))
}

function load(path: string, definitions: readonly ProviderDefinition[]): BookFile {
  const { book, problems } = readBookFile(path, definitions)
  if (book !== undefined) return book
  throw new ConfigError(problems.map(problemText))
}

/**
 * One book by itself. Its own model rows win; an offer that has none takes the adapter's model,
 * where there is one, and else one that can do whatever is asked.
 */
function viewOfBook(named: string, parts: ViewParts): PriceView {
  const { definitions, sha256, folder } = parts
  const file = load(pathOfBook(named, folder), definitions)
  const own = new Map(file.models.map((model) => [offerName(model), model]))
  const adapted = new Map(
    definitions.flatMap((definition) =>
      definition.models.map((model) => [offerName(model), { model, definition }] as const),
    ),
  )
  const others = [...new Set(file.prices.map(({ offer }) => offer))]
    .filter((offer) => !own.has(offer))
    .map((offer) => adapted.get(offer)?.model ?? looseModel(offer, file))
  const live = definitions.flatMap(({ aliases }) => aliases)
  return {
    book: makeLayeredBook({ book: [{ name: file.name, rows: file.prices }] }, [], sha256),
    // What is gone today may be asked for all the same: the book tells of its own time.
    catalog: {
      models: [...file.models, ...others].map((model) => ({ ...model, lifecycle: {} })),
      aliases: file.aliases.length > 0 ? file.aliases : live,
    },
    estimatorOf: (model) => {
      const offer = offerName(model)
      const found = own.has(offer) ? undefined : adapted.get(offer)
      return found === undefined
        ? plainEstimator(parts.usage)
        : withUsage({ ...found.definition, isSimulated: false }, parts.usage)
    },
    ...(file.asOf === undefined ? {} : { asOf: file.asOf }),
    remarkOn: (offer) => remarkOn(own.get(offer)),
  }
}

function remarkOn(model: Model | undefined): string | undefined {
  if (model?.isFictional === true) return `${offerName(model)} was never offered by its provider`
  const { shutdownAt, replacement } = model?.lifecycle ?? {}
  if (model === undefined || shutdownAt === undefined) return undefined
  const hint = replacement === undefined ? '' : `; its replacement is ${replacement}`
  return `${offerName(model)} ends on ${shutdownAt}${hint}`
}

/** A model of which nothing is known but its prices: whatever is asked is taken as it is. */
function looseModel(offer: string, { prices }: BookFile): Model {
  const slash = offer.indexOf('/')
  const operations = prices.filter((row) => row.offer === offer).map(({ operation }) => operation)
  return {
    id: offer.slice(slash + 1),
    provider: offer.slice(0, slash),
    otherNames: [],
    operations: [...new Set(operations)] as Model['operations'],
    tier: 'standard',
    sizes: {
      kind: 'free',
      multipleOf: 1,
      minPixels: 1,
      maxPixels: 50_000_000,
      minEdge: 1,
      maxEdge: 20_000,
      maxRatio: 1_000,
    },
    defaultSize: { width: 1024, height: 1024 },
    qualities,
    formats: ['png'],
    maxImagesPerCall: 10,
    maxInputImages: 16,
    maxPromptCharacters: 32_000,
    supports: { mask: true, transparent: true, text: true },
    // 0 = not known: who does not say a number gets no quote, not a guess.
    steps: { min: 1, max: 1_000, default: 0 },
    typicalSeconds: 10,
    timeoutMs: 300_000,
    lifecycle: {},
    wire: {},
  }
}
