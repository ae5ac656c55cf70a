import { describe, expect, test } from 'vitest'
import { addTallies, type BillTally } from '../core/pricebook/feed/bill-tally.ts'
import type { PriceStore } from '../ports/price-store.ts'
import { sampleSettledAttempt } from '../testing/sample-records.ts'
import { BillDesk } from './bill-desk.ts'
import type { GatewayEvent } from './events.ts'

const NOON = Date.UTC(2026, 10, 20, 12)
const MIDNIGHT = Date.UTC(2026, 10, 21)
const HOUR_MS = 3_600_000

interface Written {
  readonly day: string
  readonly owner: string
  readonly tallies: readonly BillTally[]
}

/** A desk over a store of which a test sees what is put there, and which may fail. */
function makeDesk() {
  const written: Written[] = []
  const events: GatewayEvent[] = []
  const disk: { error?: Error; whileWriting?: () => void } = {}
  const putBills: PriceStore['putBills'] = async (part) => {
    await Promise.resolve()
    disk.whileWriting?.()
    if (disk.error !== undefined) throw disk.error
    written.push(part)
  }
  const store = { putBills } as Partial<PriceStore> as PriceStore
  const desk = new BillDesk({ store, owner: 'one', emit: (event) => events.push(event) })
  const bill = (
    billedNano: bigint,
    { at = NOON, offer = 'acme/painter', images = 1, quality = 'medium' } = {},
  ): void => {
    const call = { settings: { quality }, expectedSize: { width: 1024, height: 1024 } }
    const attempt = sampleSettledAttempt('one', { offer, costNano: billedNano, call })
    desk.take({ attempt, bookNano: 10_000_000n, images, at })
  }
  return { desk, bill, written, events, disk }
}

describe('bills that differ from the book', () => {
  test('are told at the second one of one and a half times', () => {
    const { bill, events } = makeDesk()
    bill(15_000_000n)
    expect(events).toEqual([])
    bill(15_000_000n)
    expect(events).toEqual([
      {
        ...{ kind: 'bills-drifted', offer: 'acme/painter', direction: 'dearer', bills: 2 },
        ...{ billedNano: 15_000_000n, expectedNano: 10_000_000n },
      },
    ])
    bill(15_000_000n)
    expect(events).toHaveLength(1)
  })

  test('are told when they are cheaper as well', () => {
    const { bill, events } = makeDesk()
    for (let index = 0; index < 4; index += 1) bill(7_000_000n)
    expect(events).toMatchObject([{ direction: 'cheaper', bills: 3 }])
  })

  test('are watched for each kind of call by itself', () => {
    const { bill, events } = makeDesk()
    bill(15_000_000n)
    bill(15_000_000n, { quality: 'high' })
    bill(15_000_000n, { offer: 'acme/other' })
    expect(events).toEqual([])
  })

  test('say nothing of new prices', () => {
    const { desk, bill, events } = makeDesk()
    bill(15_000_000n)
    desk.forgetDrifts()
    bill(15_000_000n)
    expect(events).toEqual([])
    bill(15_000_000n)
    expect(events).toHaveLength(1)
  })
})

describe('tallies', () => {
  test('add up bills of one kind of call, under the name of the process', async () => {
    const { desk, bill, written } = makeDesk()
    bill(10_000_000n)
    bill(24_000_000n, { images: 2, at: NOON + 5 })
    bill(0n)
    bill(10_000_000n, { quality: 'high' })
    await desk.flush(NOON + 10)
    expect(written).toHaveLength(1)
    expect(written[0]).toMatchObject({ day: '2026-11-20', owner: 'one' })
    expect(written[0]?.tallies).toMatchObject([
      {
        ...{ offer: 'acme/painter', operation: 'generate', bills: 2, images: 3 },
        selector: { quality: 'medium', resolution: null, size: '1024x1024' },
        ...{ billedNano: 34_000_000n, leastNano: 10_000_000n, mostNano: 12_000_000n },
        ...{ firstAt: NOON, lastAt: NOON + 5 },
      },
      { selector: { quality: 'high' }, bills: 1 },
    ])
  })

  test('are written only when something came', async () => {
    const { desk, bill, written } = makeDesk()
    await desk.flush(NOON)
    bill(10_000_000n)
    await desk.flush(NOON)
    await desk.flush(NOON)
    expect(written).toHaveLength(1)
    bill(10_000_000n)
    await desk.flush(NOON)
    expect(written.at(-1)?.tallies).toMatchObject([{ bills: 2 }])
  })

  test('belong to the day of the bill, also when they are written after midnight', async () => {
    const { desk, bill, written } = makeDesk()
    bill(10_000_000n, { at: MIDNIGHT - 1 })
    bill(12_000_000n, { at: MIDNIGHT })
    await desk.flush(MIDNIGHT + 1)
    expect(written.map(({ day, tallies }) => [day, tallies[0]?.billedNano])).toEqual([
      ['2026-11-20', 10_000_000n],
      ['2026-11-21', 12_000_000n],
    ])
  })

  test('of a day that is over take up a bill that comes late', async () => {
    const { desk, bill, written } = makeDesk()
    bill(10_000_000n, { at: MIDNIGHT - 2 })
    await desk.flush(MIDNIGHT + 1)
    bill(12_000_000n, { at: MIDNIGHT - 1 })
    await desk.flush(MIDNIGHT + 2)
    expect(written.at(-1)).toMatchObject({ day: '2026-11-20', tallies: [{ bills: 2 }] })
  })

  test('of days that are long over are forgotten here', async () => {
    const { desk, bill, written } = makeDesk()
    bill(10_000_000n, { at: MIDNIGHT - 2 })
    await desk.flush(MIDNIGHT + HOUR_MS)
    bill(12_000_000n, { at: MIDNIGHT - 1 })
    await desk.flush(MIDNIGHT + HOUR_MS)
    expect(written.at(-1)).toMatchObject({ day: '2026-11-20', tallies: [{ bills: 1 }] })
  })

  test('that could not be written are written the next time, with what came since', async () => {
    const { desk, bill, written, disk } = makeDesk()
    bill(10_000_000n)
    disk.error = new Error('the disk is full')
    await expect(desk.flush(NOON)).rejects.toThrow('the disk is full')
    delete disk.error
    bill(10_000_000n)
    await desk.flush(NOON + 5_000)
    expect(written).toMatchObject([{ day: '2026-11-20', tallies: [{ bills: 2 }] }])
  })

  test('do not lose a bill that comes while they are written', async () => {
    const { desk, bill, written, disk } = makeDesk()
    bill(10_000_000n)
    disk.whileWriting = () => {
      delete disk.whileWriting
      bill(10_000_000n)
    }
    await desk.flush(NOON + 48 * HOUR_MS)
    await desk.flush(NOON + 48 * HOUR_MS)
    const sums = written.map(({ tallies }) => tallies.reduce(addTallies).bills)
    expect(sums).toEqual([1, 2])
  })
})
