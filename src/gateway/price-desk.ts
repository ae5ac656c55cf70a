import { amendLifecycles } from '../core/catalog/amend-lifecycles.ts'
import type { OfferLifecycle } from '../core/pricebook/feed/lifecycle.ts'
import type { LayerName, Markup, PriceLayers, PricePart } from '../core/pricebook/layers.ts'
import { buildLayeredBook, makeLayeredBook, type PriceBook } from '../core/pricebook/price-book.ts'
import { runInTurns } from '../core/steps.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { Snapshot } from './dependencies.ts'
import type { EventHub } from './events.ts'

/** Holds the prices in force, by layer, and is the only place that replaces them. */
export interface PriceDesk {
  /** What a request that begins now will see to its end. */
  readonly snapshot: () => Snapshot
  readonly layers: () => PriceLayers
  /**
   * Puts other rows in the place of a whole layer. The book is built beside the one in force, in
   * steps between which requests go on, and takes its place at one instant; `book-changed` tells,
   * unless no price is another. Replacements follow one another in the order of the calls.
   * @throws PriceBookError when the rows contradict each other: then nothing has changed.
   */
  replaceLayer(layer: LayerName, parts: readonly PricePart[]): Promise<PriceBook>
  /** Puts what price feeds say in force: their layer, and the dates of models' lives. */
  replaceFeed(
    parts: readonly PricePart[],
    lifecycles: readonly OfferLifecycle[],
  ): Promise<PriceBook>
}

/** What a desk is made of. */
export interface PriceDeskParts {
  /** What a snapshot has beside prices. */
  readonly catalogue: Omit<Snapshot, 'book'>
  readonly layers: PriceLayers
  readonly markups?: readonly Markup[]
  readonly sha256: Sha256
  readonly emit: EventHub['emit']
  /** Resolves after others had their turn. */
  readonly pause: () => Promise<void>
}

/**
 * Opens a desk with the prices of the start.
 * @throws PriceBookError when they contradict each other.
 */
export function openPriceDesk(parts: PriceDeskParts): PriceDesk {
  const { catalogue, markups = [], sha256, emit, pause } = parts
  let layers = parts.layers
  let snapshot: Snapshot = { ...catalogue, book: makeLayeredBook(layers, markups, sha256) }
  let last: Promise<unknown> = Promise.resolve()

  const replace = async (
    layer: LayerName,
    rows: readonly PricePart[],
    catalog = snapshot.catalog,
  ): Promise<PriceBook> => {
    const wanted = { ...layers, [layer]: rows }
    const newBook = await runInTurns(buildLayeredBook(wanted, markups, sha256), pause)
    const oldBook = snapshot.book
    layers = wanted
    snapshot = { ...catalogue, catalog, book: newBook }
    if (newBook.version !== oldBook.version) {
      emit({ kind: 'book-changed', layer, oldBook, newBook })
    }
    return newBook
  }

  const inOrder = (work: () => Promise<PriceBook>): Promise<PriceBook> => {
    const replaced = last.then(work)
    last = replaced.catch(() => undefined)
    return replaced
  }

  return {
    snapshot: () => snapshot,
    layers: () => layers,
    replaceLayer: (layer, rows) => inOrder(() => replace(layer, rows)),
    replaceFeed: (rows, lifecycles) =>
      inOrder(() => replace('feed', rows, amendLifecycles(catalogue.catalog, lifecycles))),
  }
}
