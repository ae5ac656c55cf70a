import { expect, test } from 'vitest'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Provider } from '../ports/provider.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { explainRoute } from './explain-route.ts'
import { LoadDesk } from './load-desk.ts'
import { printOffer } from './print-plan.ts'

const painter = (id: string, checkpoint: string) =>
  scriptedModel({
    ...{ id, provider: 'own', typicalSeconds: 10, qualities: [] },
    loads: { name: checkpoint, seconds: 15 },
  })
const [first, second] = [painter('first', 'sdxl'), painter('second', 'flux')]

test('a server loads for what the last call was not made with, and for nothing else', () => {
  const desk = new LoadDesk()
  const seconds = () => [first, second].map((model) => desk.secondsOf(model))
  expect(seconds()).toEqual([0, 0])
  desk.take(first)
  expect(seconds()).toEqual([0, 15])
  desk.take({ provider: 'own' })
  expect(desk.secondsOf(painter('third', 'sdxl'))).toBe(0)
  expect(desk.secondsOf({ provider: 'own' })).toBe(0)
  expect(desk.secondsOf({ ...second, provider: 'elsewhere' })).toBe(0)
  desk.take(second)
  expect(seconds()).toEqual([15, 0])
})

/** A server of one's own, of which a second costs $0.001 and a picture takes ten. */
function ownServer(): Provider {
  const scripted = scriptedProvider({ id: 'own', usd: '1', models: [first, second] })
  const used = (predictSeconds: number, images: number) => ({ images, predictSeconds })
  return {
    ...scripted,
    prices: scripted.prices.map((row) => ({
      ...row,
      components: [{ kind: 'gpu_second' as const, usd_per_h: '3.6' }],
    })),
    estimate: ({ n }) => ({ low: used(1, n), expected: used(10, n), high: used(300, n) }),
  }
}

test.each(['auto:cheapest', 'auto'])('%s stays with what is loaded, and says why', (model) =>
  withGatewayStand({ providers: [ownServer()] }, async ({ gateway, ask }) => {
    const caller = { keyId: 'key_someone', tenant: 'here' }
    const offers = async () => {
      const draft = { operation: 'generate', prompt: 'a plate', size: '32x32', model } as const
      const { plan } = await explainRoute(normaliseRequest(draft), caller, gateway.deps)
      const printed = plan?.explanation.map((offer) => printOffer(offer)) ?? []
      return printed.map(({ offer, expected_cost, high_cost, load_s }) => [
        ...[offer, expected_cost, high_cost, load_s],
      ])
    }
    const loaded = ['own/first', '0.01', '0.3', undefined]
    expect(await offers()).toEqual([loaded, ['own/second', '0.01', '0.3', undefined]])
    const made = await ask({ prompt: 'a cup', model: 'second', size: '32x32' })
    made.release()
    expect(await offers()).toEqual([
      ['own/second', '0.01', '0.3', undefined],
      ['own/first', '0.025', '0.3', 15],
    ])
  }),
)
