import { describe, expect, test } from 'vitest'
import { type LayerName, layerNames, type PricePart } from '../core/pricebook/layers.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { sampleRow, usdOf } from '../testing/sample-prices.ts'
import { draws, scriptedProvider } from '../testing/scripted-provider.ts'
import type { PriceDesk } from './price-desk.ts'

const provider = () => scriptedProvider({ usd: '0.04' })
const [offer] = provider().prices.map((row) => row.offer)
const part = (usd: string, name = 'own'): readonly PricePart[] => [
  { name, rows: [sampleRow(usd, { offer: offer ?? '' })] },
]
const CENT = 10_000_000n

/** Dollars for one generated image in force. */
const priceIn = (prices: PriceDesk): string | undefined =>
  usdOf(prices.snapshot().book.rows.find(({ operation }) => operation === 'generate'))

test.each(layerNames.filter((name) => name !== 'live'))('the layer %s can be replaced', (layer) =>
  withGatewayStand({ providers: [provider()] }, async ({ prices, ask, events }) => {
    const { costNano: before } = await ask()
    const oldBook = prices.snapshot().book
    const newBook = await prices.replaceLayer(layer, part('0.02'))
    const { costNano: after } = await ask({ prompt: 'another cup' })
    expect([before, after]).toEqual([4n * CENT, 2n * CENT])
    expect(events.filter(({ kind }) => kind === 'book-changed')).toEqual([
      { kind: 'book-changed', layer, oldBook, newBook },
    ])
    expect(prices.layers()[layer]).toEqual(part('0.02'))
  }),
)

test('prices of the start can be in layers and marked up', () => {
  const layers = { book: part('0.02') }
  const markups = [{ offer: 'acme/*', markup: '0.5' }]
  return withGatewayStand({ providers: [provider()], layers, markups }, async ({ ask }) => {
    expect((await ask()).costNano).toBe(3n * CENT)
  })
})

test('the same prices under another name are no change', () =>
  withGatewayStand({ providers: [provider()] }, async ({ prices, events }) => {
    const first = await prices.replaceLayer('book', part('0.02', 'one'))
    const second = await prices.replaceLayer('book', part('0.02', 'two'))
    expect(second.version).toBe(first.version)
    expect([...second.origins.values()]).toContainEqual({ layer: 'book', name: 'two' })
    expect(events.filter(({ kind }) => kind === 'book-changed')).toHaveLength(1)
  }))

test('rows that contradict each other change nothing, and later ones still come', () =>
  withGatewayStand({ providers: [provider()] }, async ({ prices, events }) => {
    const rows = [...part('0.01'), ...part('0.02')].flatMap((each) => each.rows)
    const { book } = prices.snapshot()
    const bad = prices.replaceLayer('feed', [{ name: 'feed', rows }])
    const good = prices.replaceLayer('book', part('0.03'))
    await expect(bad).rejects.toThrow('two equally specific prices')
    expect(prices.layers().feed).toBeUndefined()
    expect(events).not.toContainEqual(expect.objectContaining({ layer: 'feed', oldBook: book }))
    expect((await good).rows).not.toEqual(book.rows)
    expect(priceIn(prices)).toBe('0.03')
  }))

test('replacements come into force in the order of the calls', () =>
  withGatewayStand({ providers: [provider()] }, async ({ prices, events }) => {
    const wanted: readonly (readonly [LayerName, string])[] = [
      ['feed', '0.01'],
      ['book', '0.02'],
      ['feed', '0.03'],
      ['book', '0.05'],
    ]
    await Promise.all(wanted.map(([layer, usd]) => prices.replaceLayer(layer, part(usd))))
    const layers = events.flatMap((event) => (event.kind === 'book-changed' ? [event.layer] : []))
    // Below the book's price, another one from the feed changes nothing.
    expect(layers).toEqual(['feed', 'book', 'book'])
    expect(priceIn(prices)).toBe('0.05')
  }))

describe('a request that runs', () => {
  test('keeps the price it began with', async () => {
    const changed = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const slow = scriptedProvider({
      usd: '0.04',
      play: async (call, context, index) => {
        asked.resolve()
        await changed.promise
        return draws()(call, context, index)
      },
    })
    await withGatewayStand({ providers: [slow] }, async ({ prices, ask, stores }) => {
      const old = prices.snapshot().book.version
      const running = ask()
      await asked.promise
      await prices.replaceLayer('override', part('0.01'))
      changed.resolve()
      const { requestId, costNano } = await running
      expect(costNano).toBe(4n * CENT)
      expect((await stores.requests.request(requestId))?.priceVersion).toBe(old)
    })
  })
})
