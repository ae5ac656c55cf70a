import { describe, expect, test } from 'vitest'
import { bucketsOf, timeUnits } from '../core/usage/buckets.ts'
import { fieldOf, groupUsage, usageFields } from '../core/usage/group-usage.ts'
import { QUARTER_MS } from '../core/usage/slots.ts'
import { addUsage, costOf, noUsage } from '../core/usage/usage-sums.ts'
import { openZone } from '../core/usage/zone.ts'
import type { Stores } from '../ports/stores.ts'
import { fc } from './fast-check.ts'
import {
  movementsOf,
  scanUsage,
  type UsageLife,
  type UsageMovement,
  usageFacts,
  usageLife,
  usageStart,
} from './usage-facts.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** Contract of {@link Stores.usage}: what it sums up is what a full scan of the facts finds. */
export function testUsageStore(name: string, open: OpenStores): void {
  describe(`${name}: usage store`, () => {
    anyQuestion(open)
    apart(open)
    refused(open)
  })
}

const QUARTERS = 10 * 96

const question = fc.record({
  edges: fc
    .tuple(fc.nat(QUARTERS), fc.nat(QUARTERS))
    .map(([one, other]) => (one < other ? [one, other] : [other, one]) as [number, number]),
  book: fc.constantFrom('real' as const, 'simulated' as const),
  tenant: fc.constantFrom('tenant-a', 'tenant-b', undefined),
  fields: fc.subarray([...usageFields]),
  unit: fc.constantFrom(...timeUnits, undefined),
  zone: fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Pacific/Chatham',
    'Australia/Lord_Howe',
    'America/St_Johns',
  ),
})
type Question = typeof question extends fc.Arbitrary<infer Value> ? Value : never

function anyQuestion(open: OpenStores): void {
  test('any facts, range, grouping and zone: the sums of a full scan, to the nano-dollar', () =>
    withStores(open, async (stores) => {
      const movements: UsageMovement[] = []
      let run = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(usageLife, { minLength: 1, maxLength: 6 }),
          fc.array(question, { minLength: 1, maxLength: 4 }),
          async (lives, questions) => {
            run += 1
            movements.push(...(await liveAll(stores, `${run}`, lives)))
            for (const asked of questions) {
              expect(await answerOf(stores, asked)).toEqual(scanFor(movements, asked))
            }
          },
        ),
        { numRuns: 40 },
      )
      expect(await stores.ledger.audit()).toEqual([])
    }))
}

/** Writes lives side by side, each in its order, so that groups mix them. */
async function liveAll(
  { journal }: Stores,
  name: string,
  lives: readonly UsageLife[],
): Promise<readonly UsageMovement[]> {
  await Promise.all(
    lives.map((life, index) =>
      Promise.all(usageFacts(`${name}_${index}`, life).map((facts) => journal.commit(facts))),
    ),
  )
  return lives.flatMap(movementsOf)
}

async function answerOf({ usage }: Stores, asked: Question) {
  const { book, tenant, fields, unit } = asked
  const zone = openZone(asked.zone)
  if (zone === undefined) throw new TypeError(`no zone ${asked.zone}`)
  const range = rangeOf(asked)
  const found: Record<string, object> = {}
  for (const bucket of bucketsOf(range, unit, zone)) {
    const rows = await usage.sums({ ...bucket, book, ...(tenant === undefined ? {} : { tenant }) })
    for (const { values, sums } of groupUsage(rows, fields)) {
      found[JSON.stringify([bucket.label?.replace(/:00(Z|[+-]..:..)$/, ''), values])] = sums
    }
  }
  return found
}

/** The same from the facts, with days and hours as the runtime writes them. */
function scanFor(movements: readonly UsageMovement[], asked: Question) {
  const { book, tenant, fields, unit } = asked
  const { from, to } = rangeOf(asked)
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: asked.zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const labelOf = (at: number): string | undefined => {
    const [day = '', time = ''] = local.format(at).split(' ')
    return unit === undefined ? undefined : unit === 'day' ? day : `${day}T${time.slice(0, 2)}:00`
  }
  const meant = movements.filter(
    ({ at, series }) =>
      at >= from &&
      at < to &&
      series.book === book &&
      (tenant === undefined || series.tenant === tenant),
  )
  return scanUsage(meant, ({ at, series }) =>
    JSON.stringify([labelOf(at), fields.map((field) => fieldOf(series, field))]),
  )
}

const rangeOf = ({ edges: [first, last] }: Question) => ({
  from: usageStart + first * QUARTER_MS,
  to: usageStart + last * QUARTER_MS,
})

function apart(open: OpenStores): void {
  const life: UsageLife = {
    book: 'real',
    tenant: 'tenant-a',
    keyId: 'key_a',
    operation: 'generate',
    purpose: 'hero',
    calls: [
      {
        offer: 'bfl/flux-2-pro',
        size: [1024, 1024],
        quality: undefined,
        outcome: 'produced',
        costBasis: 'book',
        costNano: 30_000_000n,
        images: 1,
        at: usageStart + 1,
      },
    ],
    end: { state: 'completed', at: usageStart + 2, listCostNano: 5n, savedNano: 1n, cached: 0 },
  }
  const day = { from: usageStart, to: usageStart + 86_400_000 }

  test('real and simulated usage are never added up', () =>
    withStores(open, async (stores) => {
      await liveAll(stores, 'x', [life, { ...life, book: 'simulated' }])
      const real = await stores.usage.sums({ ...day, book: 'real' })
      expect(real).toHaveLength(1)
      expect(real[0]).toMatchObject({ series: { book: 'real' }, sums: { attempts: 1n } })
    }))

  test('a tenant sees its own usage, an operator that of all', () =>
    withStores(open, async (stores) => {
      await liveAll(stores, 'x', [life, { ...life, tenant: 'tenant-b' }])
      const own = await stores.usage.sums({ ...day, book: 'real', tenant: 'tenant-a' })
      expect(own.map(({ series }) => series.tenant)).toEqual(['tenant-a'])
      const all = await stores.usage.sums({ ...day, book: 'real' })
      expect(new Set(all.map(({ series }) => series.tenant))).toEqual(
        new Set(['tenant-a', 'tenant-b']),
      )
    }))

  test('a refused fact counts nothing', () =>
    withStores(open, async (stores) => {
      await liveAll(stores, 'x', [life])
      const facts = usageFacts('x_0', life)
      for (const again of facts) await expect(stores.journal.commit(again)).rejects.toThrow()
      const [row] = await stores.usage.sums({ ...day, book: 'real' })
      expect(row?.sums).toMatchObject({ attempts: 1n, requests: 1n, bookNano: 30_000_000n })
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test('many that write at once on one series lose nothing', () =>
    withStores(open, async (stores) => {
      const lives = Array.from({ length: 200 }, () => life)
      await liveAll(stores, 'x', lives)
      const rows = await stores.usage.sums({ ...day, book: 'real' })
      const sums = rows.map((row) => row.sums).reduce(addUsage, noUsage)
      expect(costOf(sums)).toBe(200n * 30_000_000n)
      expect(sums).toMatchObject({ requests: 200n, attempts: 200n, images: 200n })
    }))
}

function refused(open: OpenStores): void {
  test('a range that begins between two quarters is refused', () =>
    withStores(open, async ({ usage }) => {
      const range = { from: usageStart + 1, to: usageStart + QUARTER_MS, book: 'real' } as const
      await expect(usage.sums(range)).rejects.toThrow(RangeError)
    }))

  test('an empty range has no usage', () =>
    withStores(open, async ({ usage }) => {
      expect(await usage.sums({ from: usageStart, to: usageStart, book: 'real' })).toEqual([])
    }))
}
