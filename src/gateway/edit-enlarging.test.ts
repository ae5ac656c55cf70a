import { hash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { makePurposes } from '../core/purpose/default-purposes.ts'
import { requestTraits } from '../core/purpose/request-traits.ts'
import type { InputImage } from '../core/request/image-request.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import { mayEnlarge } from '../core/routing/enlarging.ts'
import type { ImageStore } from '../ports/image-store.ts'
import { openAsk } from '../testing/asking-client.ts'
import { clearDead, die, expectEnded, openAgain } from '../testing/gateway-death.ts'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { clearPng, noisePng } from '../testing/noise-png.ts'
import {
  ENLARGED_NANO,
  roomyMarket,
  roomyPurposes,
  roomyWish,
  SMALL_NANO,
} from '../testing/roomy-market.ts'
import { inputImage } from '../testing/sample-models.ts'
import { draws, type Play, produced } from '../testing/scripted-provider.ts'

/** Larger than wanted, and of another shape. */
const UPLOAD = { width: 1200, height: 900 }
const photo = noisePng(UPLOAD, 3)
const clear = clearPng(UPLOAD, 0)
const describeAs = (bytes: Uint8Array, hasAlpha: boolean): InputImage =>
  inputImage({ ...UPLOAD, digest: hash('sha256', bytes, 'hex'), hasAlpha })
const images = [describeAs(photo, false)]
const mask = describeAs(clear, true)

async function keep(store: ImageStore): Promise<void> {
  for (const bytes of [photo, clear]) await store.put(hash('sha256', bytes, 'hex'), bytes)
}

const edit: Partial<RequestDraft> = {
  ...{ ...roomyWish, operation: 'edit', category: 'glass', model: 'auto', cache: 'off' },
  images,
}
const optionsOf = (market: ReturnType<typeof roomyMarket>) => ({
  ...{ providers: Object.values(market), purposes: roomyPurposes, hasDecoder: true },
})

describe('edit small, then enlarge', () => {
  test.each([
    ['an edit', {}, ['edit', [341, 256], undefined]],
    ['what is under a mask', { mask }, ['inpaint', [341, 256], [341, 256]]],
  ] as const)('%s is made of what went in, as small, on one bill', async (_, more, call) => {
    const market = roomyMarket()
    await withGatewayStand(optionsOf(market), async (stand) => {
      await keep(stand.images)
      const result = await stand.ask({ ...edit, ...more })
      expect(result).toMatchObject({ provider: 'crisp', route: 'upscale', attempts: 2 })
      expect(result.costNano).toBe(SMALL_NANO + ENLARGED_NANO)
      expect(result.images[0]?.record).toMatchObject({ width: 1024, height: 1024 })
      expect(result.warnings[0]?.message).toContain('256x256 of what went in, made as small, which')
      const [small] = market.painter.calls
      const sizeOf = (input?: { width: number; height: number }) =>
        input && [input.width, input.height]
      expect([small?.operation, sizeOf(small?.images[0]), sizeOf(small?.mask)]).toEqual(call)
      expect(hash('sha256', small?.images[0]?.bytes ?? photo, 'hex')).toBe(small?.images[0]?.digest)
      expect(market.crisp.calls).toMatchObject([{ operation: 'upscale', images: [{ width: 256 }] }])
      expect(market.crisp.calls[0]?.mask).toBeUndefined()
      const record = await stand.stores.requests.request(result.requestId)
      expect(record?.plan).toMatchObject({
        upscale: { scale: 4, size: '256x256', input: '341x256', expected_cost: '0.0045' },
      })
      expect(await stand.stores.ledger.audit()).toEqual([])
    })
  })

  test.each<[string, Partial<RequestDraft>]>([
    ['where nobody says what the picture shows', { category: undefined }],
    ['of people', { category: 'people' }],
    ['of letters', { prompt: 'write "OPEN" on the boat' }],
    ['where nothing may be adapted', { strict: true }],
    ['that is to keep every detail', { inputFidelity: 'high' }],
    ['of a draft', { refines: 'img_draft' }],
    ['of what may be clear', { images: [mask] }],
    ['where the purpose does not allow it', { purpose: 'exact' }],
  ])('is not done to an edit %s', (_, more) => {
    const may = (changes: Partial<RequestDraft>): boolean => {
      const request = normaliseRequest({ operation: 'edit', ...edit, ...changes })
      return mayEnlarge(request, requestTraits(request, makePurposes(roomyPurposes)))
    }
    expect([may({}), may(more)]).toEqual([true, false])
  })
})

describe('a process that dies', () => {
  afterEach(clearDead)

  /** A job that nobody ends while the process lives. */
  const submits: Play = async (_, { onSubmitted }) => {
    await onSubmitted?.({ id: 'job-1', pollUrl: 'https://painter.example/1', facts: {} })
    return new Promise(() => {})
  }

  test.each([
    ['between the two calls', 'image-judged', draws(1)],
    ['while the small picture is a job', 'attempt-submitted', submits],
  ] as const)(
    '%s leaves what is paid to the next: it enlarges that alone',
    async (_, last, paints) => {
      const resumed: unknown[] = []
      const market = roomyMarket({
        paints,
        resumes: (__, { images: inputs, mask: under, expectedSize }) => {
          resumed.push([inputs[0]?.width, under?.width, expectedSize.width])
          return produced([noisePng(expectedSize, 9)])
        },
      })
      const options = optionsOf(market)
      const asks = (stand: GatewayStand) =>
        void keep(stand.images).then(() => openAsk(stand, { draft: { ...edit, mask } }))
      const dead = await die(options, last, asks)
      const stand = await openAgain({ ...options, ...dead, seed: 2 })
      const record = await expectEnded(stand, 'completed')
      expect(record.costNano).toBe(SMALL_NANO + ENLARGED_NANO)
      expect([market.painter.calls.length, market.crisp.calls.length]).toEqual([1, 1])
      expect(resumed).toEqual(last === 'attempt-submitted' ? [[341, 341, 256]] : [])
      await stand.close()
    },
  )
})
