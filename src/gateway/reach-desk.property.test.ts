import { expect, test } from 'vitest'
import { fc } from '../testing/fast-check.ts'
import { ReachDesk } from './reach-desk.ts'

const USUAL_MS = 1_000
const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 400 }),
    event: fc.constantFrom('look', 'look', 'connected', 'ended'),
    which: fc.nat(9),
  }),
  { maxLength: 60 },
)

test('a provider is doubted while a call has looked for long and none was connected since', () => {
  let doubts = 0
  fc.assert(
    fc.property(steps, (played) => {
      const time = { now: 0 }
      const desk = new ReachDesk({ monotonicMs: () => time.now })
      const calls: { readonly sinceMs: number; readonly tell: (isConnected: boolean) => void }[] =
        []
      const told = new Set<number>()
      let open: readonly number[] = []
      for (const { afterMs, event, which } of played) {
        time.now += afterMs
        if (event === 'look') {
          open = [...open, calls.length]
          calls.push({ sinceMs: time.now, tell: desk.look('acme') })
        } else if (which < calls.length) {
          calls[which]?.tell(event === 'connected')
          const isNews = !told.has(which)
          told.add(which)
          if (isNews && event === 'connected') open = []
          open = open.filter((each) => each !== which)
        }
        const isDoubted = open.some((each) => time.now - (calls[each]?.sinceMs ?? 0) >= USUAL_MS)
        expect(desk.isDoubtful('acme')).toBe(isDoubted)
        expect(desk.isDoubtful('another')).toBe(false)
        if (isDoubted) doubts += 1
      }
    }),
  )
  expect(doubts).toBeGreaterThan(0)
})

test('a hundred callers at once of a slow model are no reason to doubt', () => {
  const time = { now: 0 }
  const desk = new ReachDesk({ monotonicMs: () => time.now })
  const calls = Array.from({ length: 100 }, () => desk.look('acme'))
  time.now += 300
  for (const tell of calls) tell(true)
  time.now += 60_000
  expect(desk.isDoubtful('acme')).toBe(false)
})
