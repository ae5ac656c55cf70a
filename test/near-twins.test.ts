import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { TwinRule } from '../src/core/quality/twins.ts'
import { withGatewayStand } from '../src/testing/gateway-stand.ts'
import { noisePng } from '../src/testing/noise-png.ts'
import {
  type Play,
  produced,
  scriptedModel,
  scriptedProvider,
} from '../src/testing/scripted-provider.ts'

const SIZE = { width: 64, height: 64 }
const first = noisePng(SIZE, 1)
const another = noisePng(SIZE, 2)
/** Other bytes that show the same as the first. */
const copyOf = (compressionLevel: number) => sharp(first).png({ compressionLevel }).toBuffer()
const [twin, third] = await Promise.all([copyOf(1), copyOf(9)])

const model = (provider: string) => scriptedModel({ provider, defaultSize: SIZE })
const makes =
  (...images: readonly Uint8Array[]): Play =>
  ({ n }) =>
    produced(images.slice(0, n))

const withTwins = (
  rule: TwinRule | undefined,
  use: Parameters<typeof withGatewayStand>[1],
  spare: Play = makes(another),
) => {
  const play = makes(first, twin)
  const providers = [
    scriptedProvider({ id: 'cheap', models: [model('cheap')], play }),
    scriptedProvider({ id: 'dear', usd: '0.04', models: [model('dear')], play: spare }),
  ]
  const nearDuplicates = rule === undefined ? {} : { nearDuplicates: rule }
  return withGatewayStand({ providers, hasDecoder: true, ...nearDuplicates }, use)
}

const draft = { model: 'auto:cheapest', n: 2 }

describe('pictures of one answer that hardly differ', () => {
  test('are delivered, and the answer says which', () =>
    withTwins(undefined, async ({ ask }) => {
      const { images, warnings } = await ask(draft)
      const [, second] = images
      expect(images).toHaveLength(2)
      expect(warnings).toEqual([
        expect.objectContaining({
          code: 'near_duplicate',
          message: expect.stringContaining(second?.record.id ?? '?'),
        }),
      ])
    }))

  test('are replaced once where the settings say so; the first one is paid and kept', () =>
    withTwins('replace', async ({ ask, stores }) => {
      const { requestId, images, warnings, costNano } = await ask(draft)
      expect(images.map(({ record }) => record.provider)).toEqual(['cheap', 'dear'])
      expect(warnings).toEqual([])
      expect(costNano).toBe(60_000_000n)
      const refused = (await stores.requests.images(requestId)).find(
        ({ state }) => state === 'refused',
      )
      expect(refused?.refusal).toMatch(/nearly the same/)
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test('are not replaced a second time', () =>
    withTwins(
      'replace',
      async ({ ask }) => {
        const { images, warnings } = await ask(draft)
        expect(images).toHaveLength(2)
        expect(warnings.map(({ code }) => code)).toEqual(['near_duplicate'])
      },
      makes(third),
    ))

  test('are not looked for when that is switched off', () =>
    withTwins('off', async ({ ask }) => {
      expect((await ask(draft)).warnings).toEqual([])
    }))
})
