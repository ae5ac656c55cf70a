import { describe, expect, test } from 'vitest'
import { readImageHeader } from '../core/quality/image-header.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { ImageStore } from '../ports/image-store.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { clearPng } from '../testing/noise-png.ts'
import { plainModel } from '../testing/sample-models.ts'
import { scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'

const square = { width: 32, height: 32 }

/** Makes 64×64 PNGs and nothing else. */
const squares = {
  kind: 'list',
  sizes: [{ width: 64, height: 64 }],
} as const
const painter = plainModel({
  provider: 'acme',
  sizes: squares,
  defaultSize: { width: 64, height: 64 },
  formats: ['png'],
})
const acme = () => scriptedProvider({ models: [painter] })

describe('what the model cannot do is done afterwards', () => {
  test.each<[string, Partial<RequestDraft>, object, readonly string[]]>([
    [
      'another size',
      { size: '48x48' },
      { width: 48, height: 48, format: 'png' },
      ['parameter_approximated', 'image_resized'],
    ],
    [
      'another format',
      { format: 'webp' },
      { width: 64, height: 64, format: 'webp' },
      ['parameter_approximated', 'image_converted'],
    ],
    [
      'compression',
      { format: 'jpeg', compression: 20 },
      { width: 64, height: 64, format: 'jpeg' },
      ['parameter_approximated', 'parameter_approximated', 'image_converted'],
    ],
  ])('%s', async (_, draft, expected, codes) => {
    await withGatewayStand({ providers: [acme()], hasDecoder: true }, async ({ ask, images }) => {
      const result = await ask({ model: 'painter', ...draft })
      const [image] = result.images
      const bytes = (await image?.load()) ?? new Uint8Array()
      expect(readImageHeader(bytes)).toMatchObject(expected)
      expect(image?.record).toMatchObject({ ...expected, byteLength: bytes.length })
      expect(result.warnings.map(({ code }) => code)).toEqual(codes)
      const { digest = '', originalDigest = '' } = image?.record ?? {}
      expect(digest).not.toBe(originalDigest)
      expect(await images.get(digest)).toEqual(Buffer.from(bytes))
      const original = await images.get(originalDigest)
      expect(readImageHeader(original ?? bytes)).toMatchObject({ width: 64, format: 'png' })
      expect(await ask({ model: 'painter', ...draft })).toMatchObject({ cache: 'HIT exact' })
    })
  })

  test('nothing is decoded when the model made what was asked', async () => {
    await withGatewayStand({ providers: [acme()] }, async ({ ask, logged }) => {
      const result = await ask({ model: 'painter', size: '64x64', format: 'png' })
      expect(result.images[0]?.record.digest).toBe(result.images[0]?.record.originalDigest)
      expect(logged).toEqual([])
    })
  })
})

describe('when that fails', () => {
  const wanted = { model: 'painter', size: '48x48' }
  const served = { width: 64, height: 64, state: 'published' }

  test('the paid picture is delivered as it is, with a warning, and not cached', async () => {
    const provider = acme()
    await withGatewayStand({ providers: [provider] }, async ({ ask, stores }) => {
      const result = await ask(wanted)
      expect(result.images[0]?.record).toMatchObject(served)
      expect(result.warnings.at(-1)?.message).toMatch(/64x64 png; it could not be adapted/)
      expect(await stores.ledger.audit()).toEqual([])
      expect((await ask(wanted)).cache).toBe('MISS')
      expect(provider.calls).toHaveLength(2)
    })
  })

  test('a store that takes the original alone has that to serve', async () => {
    let puts = 0
    const images = (store: ImageStore): ImageStore => ({
      ...store,
      put: async (digest, bytes) => {
        puts += 1
        if (puts > 1) throw new Error('ENOSPC')
        await store.put(digest, bytes)
      },
    })
    const options = { providers: [acme()], hasDecoder: true, images }
    await withGatewayStand(options, async ({ ask, images: store }) => {
      const [image] = (await ask(wanted)).images
      expect(image?.record).toMatchObject(served)
      expect(await store.get(image?.record.digest ?? '')).toBeDefined()
    })
  })

  test('a store that takes nothing leaves the caller with what was asked for', async () => {
    const images = (store: ImageStore): ImageStore => ({
      ...store,
      put: () => Promise.reject(new Error('ENOSPC')),
    })
    await withGatewayStand({ providers: [acme()], hasDecoder: true, images }, async ({ ask }) => {
      const result = await ask(wanted)
      expect(result.images[0]?.record).toMatchObject({ width: 48, height: 48 })
      expect(result.warnings.map(({ code }) => code)).toContain('not_stored_yet')
    })
  })
})

test.each([
  ['white', 'white_is_edit', 255],
  ['black', 'black_is_edit', 0],
])('a mask is turned for a model that edits where it is %s', async (_colour, wireMask, grey) => {
  const turner = scriptedModel({ provider: 'acme', wire: { mask: wireMask } })
  const provider = scriptedProvider({ models: [turner] })
  await withGatewayStand(
    { providers: [provider], hasDecoder: true },
    async ({ ask, images, gateway }) => {
      const { sha256 } = gateway.deps
      const keep = async (bytes: Buffer) => {
        const digest = sha256(bytes)
        await images.put(digest, bytes)
        const { width, height, format, hasAlpha } = readImageHeader(bytes) ?? unreadable()
        return { digest, width, height, format, hasAlpha, byteLength: bytes.length }
      }
      const image = await keep(clearPng(square, 255))
      const mask = await keep(clearPng(square, 0))
      await ask({ operation: 'edit', images: [image], mask })
      const sent = provider.calls[0]?.mask
      expect(sent).toMatchObject({ hasAlpha: false, format: 'png' })
      expect(sent?.digest).not.toBe(mask.digest)
      const { pixels } = await gateway.deps.decoder.grey(sent?.bytes ?? unreadable())
      expect(pixels[0]).toBe(grey)
    },
  )
})

function unreadable(): never {
  throw new Error('a picture of this test has no header')
}
