import { expect, test } from 'vitest'
import { neverOpen } from '../core/breaker/breaker.ts'
import type { Tier } from '../core/catalog/model.ts'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, failed, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { takeVerdict } from './feedback-desk.ts'

let isDown = false
const provider = (id: string, usd: string, tier: Tier) => {
  const draw = draws(id.length * 1_000)
  return scriptedProvider({
    ...{ id, usd },
    models: [scriptedModel({ provider: id, tier, typicalSeconds: 2, qualities: [] })],
    play: async (call, context, count) =>
      isDown && id === 'liked' ? failed('overloaded') : draw(call, context, count),
  })
}

/** One that is liked, one of its class that nobody tried, and one that costs hardly anything. */
const withMarket = (offers: readonly ReturnType<typeof provider>[], use: Use) => {
  isDown = false
  return withGatewayStand({ providers: [...offers], breaker: neverOpen }, use)
}
type Use = (stand: GatewayStand) => Promise<void>
const liked = () => provider('liked', '0.02', 'premium')
const spare = () => provider('spare', '0.12', 'premium')
const toy = () => provider('toy', '0.0002', 'budget')

let prompts = 0
const product = { purpose: 'product', size: '32x32' } as const
function next() {
  prompts += 1
  return { ...product, prompt: `a cup of its own, number ${prompts}` }
}

/** Asks until what is liked is known to be, and then loses its provider. */
async function loseTheLiked({ ask, gateway }: GatewayStand): Promise<void> {
  for (let time = 0; time < 30; time += 1) {
    const { images, provider: maker } = await ask(next())
    const subject = images[0]?.record.id ?? ''
    await takeVerdict({ subject, rater: 'me', isAccepted: maker === 'liked' }, gateway.deps)
  }
  isDown = true
}

test('what stands in for a failed call is the nearest to the floor, not the cheapest', () =>
  withMarket([liked(), spare(), toy()], async (stand) => {
    await loseTheLiked(stand)
    const answer = await stand.ask(next())
    expect(answer).toMatchObject({ provider: 'spare', route: 'fallback:2' })
  }))

test('who named a purpose is told that what stood in is below its floor', () =>
  withMarket([liked(), toy()], async (stand) => {
    await loseTheLiked(stand)
    const { provider: maker, warnings } = await stand.ask(next())
    expect(maker).toBe('toy')
    expect(warnings).toMatchObject([
      { code: 'floor_unreachable', message: expect.stringMatching(/^toy\/\w+ stood in .* 0\.88/) },
    ])
    const { warnings: none } = await stand.ask({ prompt: 'a cup for no purpose', size: '32x32' })
    expect(none).toEqual([])
  }))
