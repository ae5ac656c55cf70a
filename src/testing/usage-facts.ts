import type { Attempt, Fact, RequestRecord } from '../core/jobs/request-record.ts'
import { type Book, type Hold, settleEntry } from '../core/ledger/entry.ts'
import type { Instant } from '../core/time.ts'
import {
  addUsage,
  noUsage,
  type UsageRow,
  type UsageSeries,
  type UsageSums,
} from '../core/usage/usage-sums.ts'
import { fc } from './fast-check.ts'
import {
  sampleAttempt,
  sampleEndedRequest,
  sampleHold,
  sampleImage,
  sampleRequest,
  sampleSettledAttempt,
} from './sample-records.ts'

/*
 * Lives of requests for suites about usage, and what they add up to: counted here by itself, from
 * the lives and not from what a database made of them.
 */

/** Ten days in which Europe (25 October) and America (1 November 2026) leave summer time. */
export const usageStart = Date.UTC(2026, 9, 24)
const DAYS_MS = 10 * 86_400_000

interface CallLife {
  readonly offer: string
  readonly size: readonly [number, number] | undefined
  readonly quality: string | undefined
  readonly outcome: NonNullable<Attempt['outcome']>
  readonly costBasis: NonNullable<Attempt['costBasis']>
  readonly costNano: bigint
  readonly images: number
  readonly at: Instant
}

interface EndLife {
  readonly state: 'completed' | 'failed' | 'cancelled'
  readonly at: Instant
  readonly listCostNano: bigint | undefined
  readonly savedNano: bigint | undefined
  readonly cached: number
}

/** A request from its acceptance to its end, if it has one. */
export interface UsageLife {
  readonly book: Book
  readonly tenant: string
  readonly keyId: string
  readonly operation: RequestRecord['operation']
  readonly purpose: string | undefined
  readonly calls: readonly CallLife[]
  readonly end: EndLife | undefined
}

/** Instants, often near the quarters where a slot ends. */
const instant = fc
  .tuple(fc.nat(DAYS_MS / 900_000 - 1), fc.oneof(fc.constantFrom(0, 899_999), fc.nat(899_999)))
  .map(([quarter, rest]) => usageStart + quarter * 900_000 + rest)

const money = fc.oneof(fc.bigInt({ min: 0n, max: 240_000_000n }), fc.constant(2n ** 53n + 1n))

const call: fc.Arbitrary<CallLife> = fc.record({
  offer: fc.constantFrom('openai/gpt-image-2', 'bfl/flux-2-pro', 'bfl/flux-2-max'),
  size: fc.constantFrom([1024, 1024] as const, [1536, 1024] as const, undefined),
  quality: fc.constantFrom('low', 'high', undefined),
  outcome: fc.constantFrom('produced', 'overloaded', 'timeout_unknown'),
  costBasis: fc.constantFrom('book', 'reported', 'suspected', 'not_billed'),
  costNano: money,
  images: fc.nat(3),
  at: instant,
})

const end: fc.Arbitrary<EndLife> = fc.record({
  state: fc.constantFrom('completed', 'failed', 'cancelled'),
  at: instant,
  listCostNano: fc.option(money, { nil: undefined }),
  savedNano: fc.option(fc.bigInt({ min: -9_000n, max: 9_000n }), { nil: undefined }),
  cached: fc.nat(2),
})

/** Any life. */
export const usageLife: fc.Arbitrary<UsageLife> = fc.record({
  book: fc.constantFrom('real', 'simulated'),
  tenant: fc.constantFrom('tenant-a', 'tenant-b'),
  keyId: fc.constantFrom('key_a', 'key_b'),
  operation: fc.constantFrom('generate', 'inpaint'),
  purpose: fc.constantFrom('hero', 'thumb\0nail', undefined),
  calls: fc.array(call, { maxLength: 3 }),
  end: fc.option(end, { nil: undefined }),
})

const madeBy = (life: UsageLife): CallLife | undefined =>
  life.calls.find(({ images }) => images > 0)

const delivered = (life: UsageLife): number =>
  (life.end?.cached ?? 0) + life.calls.reduce((sum, { images }) => sum + images, 0)

/** The commits of a life, in their order. */
export function usageFacts(name: string, life: UsageLife): readonly (readonly Fact[])[] {
  const { book, tenant, keyId, operation, purpose } = life
  const request = { prompt: 'a cup', ...(purpose === undefined ? {} : { purpose }) }
  const asked = { tenant, keyId, operation, book, request, createdAt: usageStart }
  const hold = sampleHold(name, { book, keyId, openedAt: usageStart })
  const attempts = life.calls.map((one, position) => attemptOf(name, one, position))
  const accepted: Fact = { kind: 'request-accepted', request: sampleRequest(name, asked) }
  const started = attempts.map((attempt): Fact => ({ kind: 'attempt-started', attempt }))
  const settled = life.calls.map((one, index) => [settledOf(name, one, index, hold, tenant)])
  return [
    [accepted, { kind: 'hold-opened', hold }, ...started],
    ...settled,
    ...(life.end === undefined ? [] : [[endOf(name, life, life.end, asked)]]),
  ]
}

const attemptOf = (name: string, { offer, size, quality }: CallLife, position: number): Attempt =>
  sampleAttempt(name, {
    id: `att_${name}_${position}`,
    position,
    offer,
    call: {
      settings: quality === undefined ? {} : { quality },
      ...(size === undefined ? {} : { expectedSize: { width: size[0], height: size[1] } }),
    },
  })

function settledOf(
  name: string,
  life: CallLife,
  position: number,
  hold: Hold,
  tenant: string,
): Fact {
  const { outcome, costBasis, costNano, at } = life
  const { id, call: asked, offer } = attemptOf(name, life, position)
  const changes = { id, position, offer, call: asked, outcome, costBasis, costNano, settledAt: at }
  const images = Array.from({ length: life.images }, (_, index) =>
    sampleImage(`${name}_${position}_${index}`, {
      requestId: `req_${name}`,
      attemptId: id,
      tenant,
      state: 'published',
    }),
  )
  return {
    kind: 'attempt-settled',
    attempt: sampleSettledAttempt(name, changes),
    entry: settleEntry(hold, { id, costNano, book: hold.book }, at),
    images,
  }
}

function endOf(
  name: string,
  life: UsageLife,
  { state, at, listCostNano, savedNano, cached }: EndLife,
  asked: Partial<RequestRecord>,
): Fact {
  const maker = madeBy(life)
  const images = delivered(life)
  const [provider = '', model = ''] = maker?.offer.split('/') ?? []
  return {
    kind: 'request-ended',
    request: sampleEndedRequest(name, {
      ...asked,
      state,
      endedAt: at,
      listCostNano,
      savedNano,
      summary: {
        provider,
        model,
        cache: cached > 0 ? 'HIT exact' : 'MISS',
        images: Array.from({ length: images }, (_, index) => `img_${name}_${index}`),
      },
      made: { images, cached, ...madeFields(maker) },
    }),
  }
}

const madeFields = (maker: CallLife | undefined) => ({
  ...(maker === undefined ? {} : { offer: maker.offer }),
  ...(maker?.size === undefined ? {} : { size: maker.size.join('x') }),
  ...(maker?.quality === undefined ? {} : { quality: maker.quality }),
})

/** One thing that counts, and when. */
export interface UsageMovement extends UsageRow {
  readonly at: Instant
}

/** Everything in a life that counts. */
export function movementsOf(life: UsageLife): readonly UsageMovement[] {
  const { book, tenant, keyId, operation } = life
  const purpose = (life.purpose ?? '').replace('\0', '\u{FFFD}')
  const seriesOf = (from: CallLife | undefined): UsageSeries => ({
    ...{ book, tenant, keyId, operation, purpose },
    offer: from?.offer ?? '',
    size: from?.size?.join('x') ?? '',
    quality: from?.quality ?? '',
  })
  const calls = life.calls.map((one) => ({
    at: one.at,
    series: seriesOf(one),
    sums: callSums(one),
  }))
  if (life.end === undefined) return calls
  const ended = { at: life.end.at, series: seriesOf(madeBy(life)), sums: endSums(life, life.end) }
  return [...calls, ended]
}

const callSums = ({ costBasis, costNano, outcome, images }: CallLife): UsageSums => ({
  ...noUsage,
  attempts: 1n,
  failedAttempts: outcome === 'produced' ? 0n : 1n,
  images: BigInt(images),
  reportedNano: costBasis === 'reported' ? costNano : 0n,
  suspectedNano: costBasis === 'suspected' ? costNano : 0n,
  bookNano: costBasis === 'book' || costBasis === 'not_billed' ? costNano : 0n,
})

const endSums = (life: UsageLife, { state, listCostNano, savedNano, cached }: EndLife) => ({
  ...noUsage,
  requests: 1n,
  failedRequests: state === 'failed' ? 1n : 0n,
  delivered: BigInt(delivered(life)),
  cached: BigInt(cached),
  unlisted: listCostNano === undefined ? 1n : 0n,
  listNano: listCostNano ?? 0n,
  savedNano: savedNano ?? 0n,
})

/** Movements added up under the names that `nameOf` gives them. */
export function scanUsage(
  movements: readonly UsageMovement[],
  nameOf: (movement: UsageMovement) => string,
): Readonly<Record<string, UsageSums>> {
  const found: Record<string, UsageSums> = {}
  for (const movement of movements) {
    const name = nameOf(movement)
    found[name] = addUsage(found[name] ?? noUsage, movement.sums)
  }
  return found
}
