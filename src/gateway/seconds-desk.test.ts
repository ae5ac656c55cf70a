import { expect, test } from 'vitest'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { SecondsDesk } from './seconds-desk.ts'

const SECONDS = 2

/** Sells seconds of its machine, and takes two of them for a picture. */
const machine = () => {
  const provider = scriptedProvider({
    id: 'machine',
    models: [scriptedModel({ provider: 'machine' })],
    row: { components: [{ kind: 'gpu_second', usd_per_s: '0.001' }] },
    play: async (...args) => {
      const outcome = await draws()(...args)
      return { ...outcome, usage: { ...outcome.usage, predictSeconds: SECONDS } }
    },
  })
  return {
    ...provider,
    estimate: (plan: Parameters<typeof provider.estimate>[0]) => {
      const usage = { ...provider.estimate(plan).expected }
      return {
        low: { ...usage, predictSeconds: 1 },
        expected: { ...usage, predictSeconds: 10 },
        high: { ...usage, predictSeconds: 300 },
      }
    },
  }
}

test('a quote by the second is made of what calls alike took, also after a restart', () =>
  withGatewayStand({ providers: [machine()] }, async (stand) => {
    const desk = new SecondsDesk()
    for (let index = 0; index < 6; index += 1) {
      const result = await stand.ask({ prompt: `cup ${index}` })
      result.release()
      const [attempt] = await stand.stores.requests.attempts(result.requestId)
      if (attempt !== undefined) desk.take(attempt)
    }
    const later = new SecondsDesk()
    await later.recall(stand.prices.snapshot(), stand.stores.history, stand.clock.now())
    const key = 'machine/painter generate 32x32 default'
    expect(desk.measured(key)).toEqual(Array(6).fill(SECONDS))
    expect(later.measured(key)).toEqual(Array(6).fill(SECONDS))
    expect(later.measured('machine/painter edit 32x32 default')).toEqual([])
  }))
