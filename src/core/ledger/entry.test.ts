import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { closeEntry, type Hold, openEntry, settleEntry } from './entry.ts'

const hold: Hold = {
  id: 'hld_1',
  requestId: 'req_1',
  book: 'real',
  keyId: 'key_1',
  amountNano: 100n,
  openedAt: 1_000,
}
const shared = { keyId: 'key_1', requestId: 'req_1', holdId: 'hld_1', book: 'real' } as const

describe('an entry', () => {
  test('opens a hold at the instant of the hold', () => {
    const entry = { id: 'hld_1:open', kind: 'hold', amountNano: 100n, at: 1_000 }
    expect(openEntry(hold)).toEqual({ ...shared, ...entry })
  })

  test('books what an attempt cost, in the book of the attempt', () => {
    const attempt = { id: 'att_1', costNano: 30n, book: 'simulated' } as const
    expect(settleEntry(hold, attempt, 2_000)).toEqual({
      ...shared,
      id: 'att_1:settle',
      kind: 'settle',
      attemptId: 'att_1',
      book: 'simulated',
      amountNano: 30n,
      at: 2_000,
    })
  })

  test.each([
    ['all of it, when nothing was spent', 0n, 100n],
    ['the rest', 30n, 70n],
    ['nothing, when all was spent', 100n, 0n],
    ['nothing, when more was spent than held', 130n, 0n],
  ])('closes a hold and releases %s', (_, spent, left) => {
    const entry = { id: 'hld_1:close', kind: 'release', amountNano: left, at: 3_000 }
    expect(closeEntry(hold, 'release', spent, 3_000)).toEqual({ ...shared, ...entry })
  })

  test('closes once: release and expire collide by their id', () => {
    const [release, expire] = (['release', 'expire'] as const).map((kind) =>
      closeEntry(hold, kind, 0n, 3_000),
    )
    expect(release?.kind).not.toBe(expire?.kind)
    expect(release?.id).toBe(expire?.id)
  })

  test('settles once per attempt: a second one collides by its id', () => {
    const attempt = { id: 'att_1', costNano: 30n, book: 'real' } as const
    const again = settleEntry(hold, { ...attempt, costNano: 31n }, 9_000)
    expect(again.id).toBe(settleEntry(hold, attempt, 2_000).id)
  })
})

test('what is spent and what is released covers the hold, and exactly so within it', () => {
  const nano = fc.bigInt({ min: 0n, max: 10n ** 15n })
  fc.assert(
    fc.property(nano, fc.array(nano, { maxLength: 5 }), (amountNano, costs) => {
      const opened = { ...hold, amountNano }
      const spent = costs
        .map((costNano, index) =>
          settleEntry(opened, { id: `att_${index}`, costNano, book: 'real' }, 2_000),
        )
        .reduce((sum, entry) => sum + entry.amountNano, 0n)
      const closed = closeEntry(opened, 'release', spent, 3_000)
      const covered = spent + closed.amountNano
      expect(closed.amountNano).toBeGreaterThanOrEqual(0n)
      expect(covered).toBe(spent > amountNano ? spent : openEntry(opened).amountNano)
    }),
  )
})
