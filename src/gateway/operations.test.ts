import { describe, expect, test } from 'vitest'
import { readImageHeader } from '../core/quality/image-header.ts'
import type { InputImage } from '../core/request/image-request.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { clearPng, noisePng } from '../testing/noise-png.ts'
import {
  draws,
  pictureOf,
  produced,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'

const square = { width: 64, height: 64 }

/** An input picture, with its bytes. */
function input(): { readonly image: InputImage; readonly bytes: Uint8Array } {
  const bytes = noisePng(square, 7)
  const { digest } = pictureOf(bytes)
  const facts = { format: 'png', hasAlpha: false, byteLength: bytes.length } as const
  return { image: { digest, ...square, ...facts }, bytes }
}

describe('an outpaint by a model that only paints under masks', () => {
  const painter = scriptedModel({ operations: ['inpaint'], emulates: ['outpaint'] })

  test('is given a larger canvas with a mask over its margins, and said in a warning', async () => {
    const provider = scriptedProvider({ models: [painter] })
    await withGatewayStand({ providers: [provider], hasDecoder: true }, async (stand) => {
      const { image, bytes } = input()
      await stand.images.put(image.digest, bytes)
      const asked = {
        operation: 'outpaint',
        images: [image],
        expand: { left: 16, top: 32 },
      } as const
      const result = await stand.ask({ model: 'painter', prompt: '', ...asked })
      const [call] = provider.calls
      const canvas = { width: 80, height: 96, format: 'png' }
      expect(call).toMatchObject({ operation: 'inpaint', padding: { left: 16, top: 32 } })
      expect(readImageHeader(call?.images[0]?.bytes ?? bytes)).toMatchObject(canvas)
      const mask = { ...canvas, hasAlpha: true }
      expect(readImageHeader(call?.mask?.bytes ?? bytes)).toMatchObject(mask)
      expect(call?.mask?.digest).not.toBe(call?.images[0]?.digest)
      expect(result.images[0]?.record).toMatchObject({ width: 80, height: 96 })
      const warning = {
        code: 'emulated',
        param: 'operation',
        message: 'acme/painter has no outpaint: made by inpaint.',
      }
      expect(result.warnings).toContainEqual(warning)
      const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
      expect(request).toMatchObject({ operation: 'outpaint' })
    })
  })

  test('an input that is no longer stored costs nothing', async () => {
    const provider = scriptedProvider({ models: [painter] })
    await withGatewayStand({ providers: [provider], hasDecoder: true }, async (stand) => {
      const asked = {
        operation: 'outpaint',
        images: [input().image],
        expand: { left: 16 },
      } as const
      await expect(stand.ask({ model: 'painter', ...asked })).rejects.toMatchObject({
        message: expect.stringContaining('no longer stored'),
      })
      expect(provider.calls).toEqual([])
    })
  })
})

describe('an enlargement', () => {
  const enlarger = scriptedModel({
    operations: ['upscale'],
    operationLimits: { upscale: { modes: ['fast'], scales: [4] } },
  })
  const upscale = (image: InputImage) =>
    ({ model: 'painter', operation: 'upscale', images: [image], prompt: '' }) as const

  test('comes in the size asked for, whatever the model makes', async () => {
    const provider = scriptedProvider({ models: [enlarger], play: draws() })
    await withGatewayStand({ providers: [provider], hasDecoder: true }, async (stand) => {
      const { image, bytes } = input()
      await stand.images.put(image.digest, bytes)
      const result = await stand.ask({ ...upscale(image), scale: 3 })
      expect(provider.calls[0]?.details).toMatchObject({ scale: 4, mode: 'fast' })
      expect(result.images[0]?.record).toMatchObject({ width: 192, height: 192 })
      const codes = result.warnings.map(({ code }) => code)
      expect(codes).toEqual(['parameter_approximated', 'image_resized'])
      const again = await stand.ask({ ...upscale(image), scale: 2 })
      expect(again.cache).toBe('MISS')
    })
  })

  test('that is none is paid and refused', async () => {
    const play = () => produced([noisePng(square, 8)])
    const provider = scriptedProvider({ models: [enlarger], play })
    await withGatewayStand({ providers: [provider], hasDecoder: true }, async (stand) => {
      const { image, bytes } = input()
      await stand.images.put(image.digest, bytes)
      await expect(stand.ask({ ...upscale(image), scale: 4 })).rejects.toMatchObject({
        code: 'no_provider_available',
      })
      const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
      const images = await stand.stores.requests.images(request?.id ?? '')
      const refusal = '64x64 pixels, not larger than its input'
      expect(images).toMatchObject([{ state: 'refused', refusal, costNano: 10_000_000n }])
      const [attempt] = await stand.stores.requests.attempts(request?.id ?? '')
      const details = { kind: 'upscale', scale: 4, mode: 'fast' }
      expect(attempt?.call).toMatchObject({ operation: 'upscale', details })
    })
  })
})

test('with auto, what is near says why it does not fit, not what could never', async () => {
  const limit = { upscale: { modes: ['fast'], maxInputPixels: 100 } } as const
  const models = [
    scriptedModel({ id: 'painter' }),
    scriptedModel({ id: 'enlarger', operations: ['upscale'], operationLimits: limit }),
  ]
  await withGatewayStand({ providers: [scriptedProvider({ models })] }, async ({ ask }) => {
    const asked = { operation: 'upscale', images: [input().image], scale: 2 } as const
    await expect(ask({ model: 'auto', ...asked })).rejects.toMatchObject({
      code: 'unsupported_parameter',
      param: 'image',
      message: expect.stringContaining('enlarger takes input images of 100 pixels at most'),
    })
  })
})

describe('a price by the mask', () => {
  const row = {
    components: [{ kind: 'mask_area' as const, full_usd: '0.1', floor_share: '0.2' }],
  }
  const model = scriptedModel({ operations: ['inpaint'] })

  test('is quoted for what the mask marks, and only then a mask is decoded', async () => {
    const provider = scriptedProvider({ models: [model], row })
    await withGatewayStand({ providers: [provider], hasDecoder: true }, async (stand) => {
      const { image, bytes } = input()
      await stand.images.put(image.digest, bytes)
      const clear = clearPng(square, 0)
      const mask = { ...image, digest: pictureOf(clear).digest, hasAlpha: true }
      await stand.images.put(mask.digest, clear)
      const asked = { operation: 'inpaint', images: [image], mask } as const
      const result = await stand.ask({ model: 'painter', ...asked })
      expect(result.costNano).toBe(100_000_000n)
    })
  })
})
