import { canonicalJson } from '../../json.ts'
import type { PriceRow } from '../price-row.ts'
import { type Factor, factorOf, isWithin } from './factor.ts'
import {
  type PriceEntry,
  type PriceSlot,
  type SourcedPrice,
  slotKey,
  slotOf,
} from './feed-entry.ts'
import { currencyOf } from './guard.ts'
import { quoteReferences } from './reference-quote.ts'
import { toRow } from './to-row.ts'
import { compareTrust, curatedSource, type SourceRef } from './trust.ts'

/** Sources that differ by more than this disagree. */
export const DISAGREEMENT = 0.05
/** A community price below this share of the curated one is rather a mistake than news. */
const LEAST_OF_CURATED = 0.5

/** Everything one source says about a slot: one price, or several with their dates. */
export interface Testimony {
  readonly source: SourceRef
  /** By their first days. */
  readonly entries: readonly PriceEntry[]
}

/** Why a testimony is in force, or is not. */
export type VerdictReason =
  | 'only_source'
  | 'more_trusted'
  /** Of equal trust, and read or dated later. */
  | 'newer'
  /** A community list does not speak where the book has a price for the operation. */
  | 'book_has_a_price'
  /** Bills from before the first day of a newer price say nothing about it. */
  | 'bills_are_older'

/** A testimony that is not in force. It is kept: a person may want to see what else was said. */
export interface LosingTestimony extends Testimony {
  readonly reason: VerdictReason
  /** Its price over the one in force, at the reference requests. */
  readonly factor: Factor | null
  readonly disagrees: boolean
  /** A community price of less than half the curated one. */
  readonly isTooLow: boolean
}

/** Which price is in force for a slot, and what was said against it. */
export interface Verdict {
  readonly slot: PriceSlot
  readonly winner: Testimony
  readonly reason: VerdictReason
  readonly losers: readonly LosingTestimony[]
  /** Two sources differ by more than 5 %: somebody should look. */
  readonly isDisputed: boolean
}

/** The rows of a book as testimonies. */
export const curatedPrices = (rows: readonly PriceRow[]): SourcedPrice[] =>
  rows.map((row) => ({ source: curatedSource, entry: entryOf(row) }))

/**
 * Weighs what all sources say, slot by slot. The most trusted source is in force, the newest among
 * equals. A pure function of the set: the order in which sources were read makes no difference.
 */
export function reconcile(prices: readonly SourcedPrice[]): Verdict[] {
  const curated = new Set(
    prices
      .filter(({ source }) => source.trust === 'curated')
      .map(({ entry }) => `${entry.offer}|${entry.operation}`),
  )
  const slots = Map.groupBy(prices, ({ entry }) => slotKey(entry))
  return [...slots.keys()].sort().flatMap((key) => {
    const testimonies = testimoniesOf(slots.get(key) ?? [])
    const isGap = (entry: PriceEntry): boolean => !curated.has(`${entry.offer}|${entry.operation}`)
    return verdictOn(testimonies, isGap) ?? []
  })
}

function testimoniesOf(prices: readonly SourcedPrice[]): Testimony[] {
  const sources = Map.groupBy(prices, ({ source }) => source.id)
  return [...sources.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const entries = own.map(({ entry }) => entry).sort(byText)
    return [{ source: first.source, entries: entries.sort(byFirstDay) }]
  })
}

function verdictOn(
  testimonies: readonly Testimony[],
  isGap: (entry: PriceEntry) => boolean,
): Verdict | undefined {
  const ranked = testimonies.toSorted(byRank)
  const excluded = new Map<Testimony, VerdictReason>()
  for (const testimony of ranked) {
    const reason = exclusionOf(testimony, ranked, isGap)
    if (reason !== undefined) excluded.set(testimony, reason)
  }
  const winner = ranked.find((testimony) => !excluded.has(testimony))
  const [entry] = winner?.entries ?? []
  if (winner === undefined || entry === undefined) return undefined
  const rivals = ranked.filter((testimony) => testimony !== winner)
  const losers = rivals.map((rival) => losing(rival, winner, excluded.get(rival)))
  const second = losers.find(({ reason }) => reason === 'more_trusted' || reason === 'newer')
  return {
    slot: { offer: entry.offer, operation: entry.operation, selector: entry.selector },
    winner,
    reason: second?.reason ?? (losers[0] === undefined ? 'only_source' : losers[0].reason),
    losers,
    isDisputed: losers.some(({ disagrees }) => disagrees),
  }
}

function exclusionOf(
  testimony: Testimony,
  all: readonly Testimony[],
  isGap: (entry: PriceEntry) => boolean,
): VerdictReason | undefined {
  const { source, entries } = testimony
  if (source.trust === 'community' && entries.some((entry) => !isGap(entry))) {
    return 'book_has_a_price'
  }
  if (source.trust !== 'charged') return undefined
  const lastBill = entries.reduce((day, { evidence }) => latest(day, evidence.readAt), '')
  const isOutdated = all.some(
    (other) =>
      (other.source.trust === 'vendor' || other.source.trust === 'curated') &&
      other.entries.some(({ validFrom }) => validFrom > lastBill),
  )
  return isOutdated ? 'bills_are_older' : undefined
}

function losing(
  rival: Testimony,
  winner: Testimony,
  excluded: VerdictReason | undefined,
): LosingTestimony {
  const isNewer = rival.source.trust === winner.source.trust
  const factor = factorBetween(winner, rival)
  const isCommunity = rival.source.trust === 'community'
  return {
    ...rival,
    reason: excluded ?? (isNewer ? 'newer' : 'more_trusted'),
    factor: factor ?? null,
    disagrees: factor !== undefined && !isWithin(factor, DISAGREEMENT),
    isTooLow:
      isCommunity &&
      winner.source.trust === 'curated' &&
      factor !== undefined &&
      factor.low < LEAST_OF_CURATED,
  }
}

/** The second testimony's last price over that of the first one. */
export function factorBetween(first: Testimony, second: Testimony): Factor | undefined {
  const [one, other] = [first.entries.at(-1), second.entries.at(-1)]
  if (one === undefined || other === undefined) return undefined
  const [before, after] = [toRow(one, undefined), toRow(other, undefined)]
  if (before === undefined || after === undefined) return undefined
  return factorOf(
    quoteReferences([before], one, before.valid_from),
    quoteReferences([after], other, after.valid_from),
  )
}

function byRank(first: Testimony, second: Testimony): number {
  const trust = compareTrust(first.source.trust, second.source.trust)
  if (trust !== 0) return trust
  const [one, other] = [freshness(first), freshness(second)]
  if (one !== other) return one > other ? -1 : 1
  return first.source.id < second.source.id ? -1 : 1
}

/** First the date of the price, then the day it was read. */
const freshness = ({ entries }: Testimony): string => {
  const last = entries.at(-1)
  return `${last?.validFrom ?? ''} ${last?.evidence.readAt ?? ''}`
}

const latest = (first: string, second: string): string => (first > second ? first : second)

const byFirstDay = (first: PriceEntry, second: PriceEntry): number =>
  compareTexts(first.validFrom, second.validFrom)

const byText = (first: PriceEntry, second: PriceEntry): number =>
  compareTexts(canonicalJson(first), canonicalJson(second))

const compareTexts = (first: string, second: string): number => {
  if (first === second) return 0
  return first < second ? -1 : 1
}

function entryOf(row: PriceRow): PriceEntry {
  return {
    what: 'price',
    ...slotOf(row),
    components: row.components,
    ...(row.modifiers === undefined ? {} : { modifiers: row.modifiers }),
    billedOn: row.billed_on,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    currency: currencyOf(row),
    confidence: row.source.confidence,
    doubts: [],
    evidence: {
      source: curatedSource.id,
      key: row.offer,
      url: row.source.url,
      readAt: row.source.read_at,
      ...(row.source.note === undefined ? {} : { note: row.source.note }),
    },
  }
}
