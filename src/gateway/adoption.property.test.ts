import { expect, test } from 'vitest'
import { owedTimes } from '../core/answers/owed-answer.ts'
import { openAsk, readAnswer } from '../testing/asking-client.ts'
import { fc } from '../testing/fast-check.ts'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import type { OpenAnswer } from './open-answer.ts'

/** What clients of one and the same request do, one after the other. */
const act = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'ask' } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('lose' as const), which: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const), which: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1_000, owedTimes.adoptMs / 2, owedTimes.adoptMs),
    }),
  },
)

type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

/** Who waits, what was lost until when, and what was read; as it should be. */
class Model {
  readonly waiting: OpenAnswer[] = []
  readonly lostUntil = new Map<string, number>()
  readonly read = new Set<string>()

  /** Who comes takes one that was lost, if there is one, and else begins a new one. */
  asked(answer: OpenAnswer, now: number, known: ReadonlySet<string>): void {
    const lost = [...this.lostUntil].filter(([, until]) => until > now).map(([id]) => id)
    if (lost.length > 0) expect(lost).toContain(answer.requestId)
    else expect(known).not.toContain(answer.requestId)
    this.lostUntil.delete(answer.requestId)
    this.waiting.push(answer)
  }

  /** One of those who wait. */
  leaves(which: number): OpenAnswer | undefined {
    if (this.waiting.length === 0) return undefined
    return this.waiting.splice(which % this.waiting.length, 1)[0]
  }
}

async function play(acts: readonly Act[], stand: GatewayStand) {
  const model = new Model()
  const known = new Set<string>()
  for (const each of acts) {
    const now = stand.clock.now()
    if (each.kind === 'wait') await stand.clock.advance(each.ms)
    else if (each.kind === 'ask') {
      const answer = await openAsk(stand)
      const { release } = await answer.result
      release()
      model.asked(answer, now, known)
      known.add(answer.requestId)
    } else {
      const answer = model.leaves(each.which)
      if (answer === undefined) continue
      if (each.kind === 'lose') {
        answer.leave({ isComplete: false })
        model.lostUntil.set(answer.requestId, now + owedTimes.adoptMs)
        continue
      }
      const digest = await readAnswer(answer)
      expect(model.read).not.toContain(digest)
      model.read.add(digest)
    }
  }
  return known.size
}

test('no picture is read twice, none is paid twice, and what was lost is never paid again', () =>
  fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async (acts) => {
      const acme = scriptedProvider()
      await withGatewayStand({ providers: [acme] }, async (stand) => {
        expect(acme.calls).toHaveLength(0)
        const requests = await play(acts, stand)
        expect(acme.calls).toHaveLength(requests)
        expect(await stand.stores.ledger.audit()).toEqual([])
      })
    }),
    { numRuns: 12, seed: 20_261_125 },
  ))
