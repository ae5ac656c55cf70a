import { expect, test } from 'vitest'
import { failure } from '../core/errors/provider-failure.ts'
import { settleCall } from '../core/ledger/settlement.ts'
import { priceRowSchema } from '../core/pricebook/price-row.ts'
import type { CallContext, CallOutcome, CancelOutcome } from '../ports/provider.ts'
import { fc } from '../testing/fast-check.ts'
import { produced } from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { callOrCancel } from './cancel-call.ts'

/** When things happen, in milliseconds, and how the provider takes being told to stop. */
interface Race {
  readonly submitMs: number
  readonly waitMs: number
  readonly workMs: number
  readonly stopAtMs: number
  readonly travelMs: number
  readonly style: 'stops' | 'only told' | 'does not answer' | 'forgets'
  readonly isCharged: boolean
}

const milliseconds = (max: number) => fc.integer({ min: 0, max })
const races: fc.Arbitrary<Race> = fc.record({
  submitMs: milliseconds(1_000),
  waitMs: milliseconds(5_000),
  workMs: milliseconds(5_000),
  stopAtMs: milliseconds(12_000),
  travelMs: milliseconds(3_000),
  style: fc.constantFrom('stops', 'only told', 'does not answer', 'forgets'),
  isCharged: fc.boolean(),
})

/** A provider with a queue, on a clock, and the bill that it writes. */
function providerIn(race: Race, clock: VirtualClock) {
  let createdAt = 0
  let fate: 'kept' | 'removed' | 'stopped' = 'kept'
  const at = () => clock.monotonicMs() - createdAt
  const hasBegun = () => at() >= race.waitMs
  const hasEnded = () => at() >= race.waitMs + race.workMs
  const lost = (billed: boolean | 'unknown'): CallOutcome => ({
    kind: 'failed',
    failure: failure('timeout_unknown', 'no picture', { billed }),
  })
  const decide = (): CancelOutcome => {
    if (hasEnded()) return 'too_late'
    if (!hasBegun()) {
      fate = 'removed'
      return 'stopped'
    }
    if (race.style === 'only told') return 'signalled'
    fate = 'stopped'
    return 'stopped_charged'
  }
  return {
    /** Whatever began is charged, also what was stopped then. */
    isBilled: () => fate !== 'removed',
    start: async ({ onSubmitted }: CallContext): Promise<CallOutcome> => {
      await clock.sleep(race.submitMs)
      createdAt = clock.monotonicMs()
      await onSubmitted({ id: 'job-1', pollUrl: '/1', facts: {} })
      while (true) {
        await clock.sleep(500)
        if (fate === 'stopped') return lost(true)
        if (fate === 'removed') return lost('unknown')
        if (hasEnded()) return produced([new Uint8Array([1])])
      }
    },
    cancel: async (): Promise<CancelOutcome> => {
      await clock.sleep(race.travelMs)
      if (race.style === 'forgets') return 'unknown'
      const told = decide()
      await clock.sleep(race.travelMs)
      // The answer is lost: it was stopped, or not, and nobody knows.
      return race.style === 'does not answer' ? 'unknown' : told
    },
  }
}

const row = priceRowSchema.parse({
  offer: 'acme/painter',
  operation: 'generate',
  components: [{ kind: 'per_image', usd: '0.01' }],
  valid_from: '2026-01-01',
  source: { url: 'https://acme.example/prices', read_at: '2026-11-01', confidence: 'high' },
})
const PRICE = 10_000_000n
const usage = { images: 1, width: 32, height: 32 }

test('whoever is first, what was charged is booked, and a picture that came is kept', async () => {
  await fc.assert(
    fc.asyncProperty(races, async (race) => {
      const clock = new VirtualClock()
      const provider = providerIn(race, clock)
      const stop = new AbortController()
      const call = {
        provider: { cancel: provider.cancel },
        context: { onSubmitted: async () => undefined },
        stop: stop.signal,
        isCharged: race.isCharged,
        start: provider.start,
      }
      const ends: CallOutcome[] = []
      void callOrCancel(call, clock).then((outcome) => ends.push(outcome))
      await clock.advance(race.stopAtMs)
      stop.abort()
      await clock.advance(60_000)
      expect(ends).toHaveLength(1)
      const outcome = ends[0] as CallOutcome
      const made = outcome.kind === 'produced'
      const failures = made ? [] : [outcome.failure]
      const { costNano, basis } = settleCall(
        { images: made ? 1 : 0, failures, usage: {} },
        { row, estimate: { low: usage, expected: usage, high: usage } },
      )
      if (provider.isBilled()) expect(costNano).toBe(PRICE)
      else if (basis !== 'suspected') expect(costNano).toBe(0n)
      // Only an answer that was lost leaves a doubt.
      if (basis === 'suspected') expect(race.style).toBe('does not answer')
    }),
    { numRuns: 150 },
  )
})
