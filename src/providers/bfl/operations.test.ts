import { describe, expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { rate } from '../../core/pricing/rate.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import bfl from './index.ts'
import { emulatedModels } from './sandbox-models.ts'
import { readTask } from './sandbox-request.ts'
import { toWire } from './wire.ts'

const image: InputImage = {
  digest: 'a'.repeat(64),
  format: 'png',
  width: 1_024,
  height: 1_024,
  byteLength: 3,
  hasAlpha: false,
}

const planOf = (id: string, changes: Partial<CallPlan> = {}): CallPlan => {
  const model = bfl.models.find((candidate) => candidate.id === id)!
  const [operation = 'edit'] = model.operations
  const shared = { prompt: '', n: 1, settings: {}, options: {}, images: [image] } as const
  const expectedSize = { width: 1_024, height: 1_024 }
  return { model, operation, ...shared, expectedSize, ...changes }
}

function sentFor({ images, mask, ...plan }: CallPlan) {
  const { url, body } = toWire({
    ...plan,
    attemptId: 'att_1',
    safetyIdentifier: 'hash',
    images: images.map((input) => ({ ...input, bytes: Uint8Array.of(1) })),
    ...(mask === undefined ? {} : { mask: { ...mask, bytes: Uint8Array.of(2) } }),
  })
  return { url, value: body?.kind === 'json' ? body.value : undefined }
}

const expand = { left: 256, right: 0, top: 16, bottom: 0 }

describe('an outpaint', () => {
  const details = { kind: 'outpaint', expand } as const

  test('names the pixels at each side, and words only when there are some', () => {
    const plan = planOf('flux-pro-1.0-expand', { details })
    expect(sentFor(plan)).toEqual({
      url: '/v1/flux-pro-1.0-expand',
      value: { image: 'AQ==', ...expand },
    })
    expect(sentFor({ ...plan, prompt: 'a lake' }).value).toMatchObject({ prompt: 'a lake' })
  })

  test('is emulated with what is added', () => {
    const model = emulatedModels['flux-pro-1.0-expand']!
    const size = () => ({ width: 1_024, height: 1_024 })
    const read = readTask(model, { image: 'AQ==', ...expand }, size)
    expect(read).toMatchObject({ task: { size: { width: 1_280, height: 1_040 } } })
    const nothing = readTask(model, { image: 'AQ==', left: 0 }, size)
    expect(nothing).toMatchObject({ problems: [{ loc: ['body', 'left'] }] })
    const much = readTask(model, { image: 'AQ==', left: 2_049 }, size)
    expect(much).toMatchObject({ problems: [{ loc: ['body', 'left'] }] })
  })
})

describe('an erase', () => {
  const plan = planOf('flux-erase', { mask: image, prompt: 'unread' })

  test('sends image and mask, no words, and its own option', () => {
    expect(sentFor({ ...plan, options: { dilate_pixels: 25 } })).toEqual({
      url: '/v1/flux-tools/erase-v1',
      value: { image: 'AQ==', mask: 'Ag==', dilate_pixels: 25 },
    })
    const refused = bfl.checkOptions({ ...plan, options: { dilate_pixels: 26 } })
    expect(refused).toMatchObject({ code: 'options', param: 'bfl.dilate_pixels' })
  })

  test.each([
    [{ width: 1_024, height: 1_024 }, 0.034],
    [{ width: 2_048, height: 1_024 }, 0.042],
  ])('of %j costs by what goes in and comes out: $%f', (size, dollars) => {
    const row = bfl.prices.find(({ offer }) => offer === 'bfl/flux-erase')!
    const images = [{ ...image, ...size }]
    const { expected } = bfl.estimate({ ...plan, images, expectedSize: size })
    const result = rate(row, expected)
    expect(result.ok && Number(result.charge.totalNano) / 1e9).toBe(dollars)
  })

  test('of a small picture is refused by the emulator as by BFL', () => {
    const small = readTask(
      emulatedModels['flux-tools/erase-v1']!,
      { image: 'AQ==', mask: 'AQ==' },
      () => ({ width: 255, height: 512 }),
    )
    const msg = 'Image is too small'
    expect(small).toMatchObject({ problems: [{ msg }, { msg }] })
  })
})

// docs.bfl.ai/quick_start/pricing, read 2026-11-20.
test('an outpaint costs the same whatever its size', () => {
  const row = bfl.prices.find(({ offer }) => offer === 'bfl/flux-pro-1.0-expand')!
  const details = { kind: 'outpaint', expand } as const
  const result = rate(row, bfl.estimate(planOf('flux-pro-1.0-expand', { details })).expected)
  expect(result.ok && Number(result.charge.totalNano) / 1e9).toBe(0.05)
})
