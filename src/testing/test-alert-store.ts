import { describe, expect, test } from 'vitest'
import { type Alert, openKeyOf } from '../core/alerts/alert.ts'
import { sampleNow } from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const alert = (at: number, changes: Partial<Alert> = {}): Alert => ({
  ...{ kind: 'provider_down', severity: 'warning', subject: 'acme', text: 'down', at },
  data: { provider: 'acme' },
  ...changes,
})
const key = openKeyOf(alert(0))

/** Contract of {@link Stores.alerts}. */
export function testAlertStore(name: string, open: OpenStores): void {
  describe(`${name}: alert store`, () => {
    test('an open alert is told once, again after its time, and anew when it was over', () =>
      withStores(open, async ({ alerts }) => {
        let made = 0
        const raise = (at: number, toldBefore = at - 1_000) => {
          made += 1
          return alerts.raise(alert(at), { id: `alr_${made}`, toldBefore, isQuiet: false })
        }
        expect(await raise(sampleNow)).toBe(true)
        expect(await raise(sampleNow + 999)).toBe(false)
        expect(await raise(sampleNow + 1_000)).toBe(true)
        expect(await alerts.open(['provider_down'])).toMatchObject([
          { at: sampleNow, lastAt: sampleNow + 1_000, seen: 3, toldAt: sampleNow + 1_000 },
        ])
        expect(await alerts.resolve(key, sampleNow + 1_100)).toBe(true)
        expect(await alerts.resolve(key, sampleNow + 1_100)).toBe(false)
        expect(await raise(sampleNow + 1_200)).toBe(true)
        expect(await alerts.open(['provider_down', 'zero_cost'])).toHaveLength(1)
        const all = await alerts.list({ limit: 9 })
        expect(all.map(({ id, resolvedAt }) => [id, resolvedAt])).toEqual([
          ['alr_4', undefined],
          ['alr_1', sampleNow + 1_100],
        ])
        expect(await alerts.list({ limit: 9, isOpen: false, after: 'alr_4' })).toHaveLength(1)
        expect(await alerts.list({ limit: 9, kind: 'zero_cost' })).toEqual([])
      }))

    test('a fact is told once by whoever is first; news are over at once, others last', () =>
      withStores(open, async ({ alerts }) => {
        const fact = alert(sampleNow, { kind: 'price_changed', fact: 'chg_1' })
        const told = await Promise.all(
          ['alr_1', 'alr_2', 'alr_3'].map((id) =>
            alerts.raise(fact, { id, toldBefore: sampleNow + 9, isQuiet: false }),
          ),
        )
        expect(told.filter(Boolean)).toHaveLength(1)
        expect(await alerts.open(['price_changed'])).toEqual([])
        expect(await alerts.list({ limit: 9 })).toMatchObject([{ seen: 3 }])
        const ending = alert(sampleNow, { kind: 'model_shutdown', fact: 'acme/painter 7' })
        const order = { toldBefore: sampleNow + 9, isQuiet: false }
        expect(await alerts.raise(ending, { ...order, id: 'alr_4' })).toBe(true)
        expect(await alerts.raise(ending, { ...order, id: 'alr_5' })).toBe(false)
        expect(await alerts.open(['model_shutdown'])).toMatchObject([{ fact: 'acme/painter 7' }])
        expect(await alerts.resolve(openKeyOf(ending), sampleNow + 9)).toBe(true)
        expect(await alerts.open(['model_shutdown'])).toEqual([])
      }))

    test('what is quiet waits, unless it is over before', () =>
      withStores(open, async ({ alerts }) => {
        const order = { toldBefore: sampleNow, isQuiet: true }
        const other = alert(sampleNow + 1, { subject: 'other' })
        const fact = alert(sampleNow + 2, { kind: 'price_changed', fact: 'chg_1' })
        expect(await alerts.raise(alert(sampleNow), { ...order, id: 'alr_1' })).toBe(false)
        expect(await alerts.raise(other, { ...order, id: 'alr_2' })).toBe(false)
        expect(await alerts.raise(fact, { ...order, id: 'alr_3' })).toBe(false)
        expect(await alerts.resolve(key, sampleNow + 5)).toBe(false)
        const held = await alerts.takeHeld(sampleNow + 9, 'alr_x')
        expect(held.map(({ id, subject }) => [id, subject])).toEqual([
          ['alr_2', 'other'],
          ['alr_3', 'acme'],
        ])
        expect(await alerts.takeHeld(sampleNow + 10, 'alr_y')).toEqual([])
      }))
  })
}
