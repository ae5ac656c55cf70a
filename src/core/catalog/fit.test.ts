import { describe, expect, test } from 'vitest'
import {
  classedShapes,
  inputImage,
  listedSizes,
  plainModel,
  sampleModel,
} from '../../testing/sample-models.ts'
import { normaliseRequest } from '../request/normalise.ts'
import type { RequestDraft } from '../request/request-draft.ts'
import { fitRequest } from './fit.ts'
import type { Model } from './model.ts'
import type { CallSettings, Finishing, Fit, Unfit } from './settings.ts'

const requestOf = (asked: Partial<RequestDraft>) =>
  normaliseRequest({ operation: 'generate', prompt: 'a red cup', ...asked })

function fitOf(asked: Partial<RequestDraft>, model: Model, isPinned = true): Fit {
  const result = fitRequest(requestOf(asked), model, { isPinned })
  if (!result.ok) throw new Error(result.refusal.reason)
  return result.value
}

function refusalOf(asked: Partial<RequestDraft>, model: Model, isPinned = true): Unfit {
  const result = fitRequest(requestOf(asked), model, { isPinned })
  if (result.ok) throw new Error('the model was fit')
  return result.refusal
}

/** What became of each parameter. */
const outcomesOf = (fit: Fit) =>
  Object.fromEntries(fit.reports.map(({ param, outcome }) => [param, outcome]))

test('nothing asked, nothing but the promised PNG is sent', () => {
  expect(fitOf({}, sampleModel())).toEqual({
    operation: 'generate',
    settings: { format: 'png' },
    finishing: {},
    reports: [],
    expectedSize: { width: 1024, height: 1024 },
  })
})

test('a resolution class is always asked for, because it decides the price', () => {
  const model = sampleModel({ sizes: classedShapes })
  expect(fitOf({}, model).settings).toEqual({ format: 'png', resolution: '1k' })
  const { settings, reports } = fitOf({ resolution: '2K', aspect: '3:2' }, model)
  expect(settings).toEqual({ format: 'png', aspect: '3:2', resolution: '2k' })
  expect(reports.map(({ param, outcome }) => [param, outcome])).toEqual([
    ['aspect_ratio', 'honoured'],
    ['resolution', 'honoured'],
  ])
})

test('a model that can do all is asked for all, and no parameter goes unmentioned', () => {
  const everything = {
    size: '1536x1024',
    quality: 'high',
    seed: 7,
    steps: 30,
    guidance: 4,
    style: 'vivid',
    negativePrompt: 'fog',
    background: 'opaque',
    format: 'webp',
    compression: 80,
    moderation: 'low',
    inputFidelity: 'high',
  } as const
  const edit = { operation: 'edit', images: [inputImage()] } as const
  const { settings, finishing, reports } = fitOf({ ...edit, ...everything }, sampleModel())
  const size = { width: 1536, height: 1024 }
  expect(settings).toEqual({ ...everything, size })
  expect(finishing).toEqual({})
  expect(reports.map(({ outcome }) => outcome)).toEqual(reports.map(() => 'honoured'))
  expect(reports.map(({ param }) => param).toSorted()).toEqual([
    ...['background', 'guidance', 'input_fidelity', 'moderation', 'negative_prompt'],
    ...['output_compression', 'output_format', 'quality', 'seed', 'size', 'steps', 'style'],
  ])
})

describe('a model that cannot do what is asked is not asked', () => {
  const edit = { operation: 'edit', images: [inputImage()] } as const
  const mask = inputImage({ hasAlpha: true })
  const cannot = (...lacks: (keyof Model['supports'])[]): Model => {
    const { supports } = sampleModel()
    return sampleModel({
      supports: { ...supports, ...Object.fromEntries(lacks.map((lack) => [lack, false])) },
    })
  }
  test.each<[string, Partial<RequestDraft>, Model, Unfit['code'], string, string]>([
    ['edit', edit, plainModel(), 'operation', 'model', 'edit'],
    ['mask', { ...edit, mask }, cannot('mask'), 'inputs', 'mask', 'masks'],
    [
      'two images where one is taken',
      { ...edit, images: [inputImage(), inputImage()] },
      sampleModel({ maxInputImages: 1 }),
      ...(['inputs', 'image', 'more than 1 input images'] as const),
    ],
    [
      'a long prompt',
      { prompt: 'x'.repeat(101) },
      sampleModel({ maxPromptCharacters: 100 }),
      ...(['prompt', 'prompt', 'prompts longer than 100 characters'] as const),
    ],
    ['text', { needs: ['text'] }, cannot('text'), 'needs', 'needs', 'legible text'],
    ['later edits', { needs: ['edit'] }, plainModel(), 'needs', 'needs', 'later edits'],
    [
      'a clear picture',
      { needs: ['transparent'] },
      cannot('transparent'),
      ...(['needs', 'needs', 'transparent backgrounds'] as const),
    ],
    [
      'a clear background',
      { background: 'transparent' },
      cannot('transparent'),
      ...(['needs', 'background', 'transparent backgrounds'] as const),
    ],
    ['a large picture', { size: '4096x4096' }, sampleModel(), 'size', 'size', '4096x4096'],
  ])('%s', (_, asked, model, code, param, words) => {
    const refusal = refusalOf(asked, model)
    expect(refusal).toMatchObject({ code, param })
    expect(refusal.reason).toContain('the model painter ')
    expect(refusal.reason).toContain(words)
  })
})

describe('quality goes up to the next level the model has', () => {
  const model = sampleModel({ qualities: ['low', 'high'] })
  test.each([
    ['low', 'low', 'honoured'],
    ['medium', 'high', 'approximated'],
    ['high', 'high', 'honoured'],
  ] as const)('%s is made as %s', (quality, made, outcome) => {
    const fit = fitOf({ quality }, model)
    expect(fit.settings.quality).toBe(made)
    expect(fit.reports).toEqual([{ param: 'quality', outcome, detail: `made as ${made}` }])
  })

  test.each([true, false])('and not beyond the highest, pinned or not (%s)', (isPinned) => {
    expect(refusalOf({ quality: 'xhigh' }, model, isPinned)).toEqual({
      code: 'quality',
      param: 'quality',
      reason: 'the model painter has only low, high, not xhigh',
    })
  })
})

describe('a model without levels counts as its tier', () => {
  const of = (tier: Model['tier']) => sampleModel({ qualities: [], tier })
  test.each([
    ['budget', 'low', 'honoured', true],
    ['budget', 'medium', 'dropped', false],
    ['budget', 'max', 'dropped', false],
    ['standard', 'medium', 'honoured', true],
    ['standard', 'high', 'dropped', false],
    ['premium', 'max', 'honoured', true],
  ] as const)('%s asked for %s: %s, usable by auto: %s', (tier, quality, outcome, isUsable) => {
    const pinned = fitOf({ quality }, of(tier))
    expect(pinned.settings.quality).toBeUndefined()
    expect(outcomesOf(pinned)).toEqual({ quality: outcome })
    const automatic = fitRequest(requestOf({ quality }), of(tier), { isPinned: false })
    expect(automatic.ok).toBe(isUsable)
    if (!automatic.ok) expect(automatic.refusal.code).toBe('quality')
  })
})

describe('a format the model lacks is made by conversion', () => {
  const all = sampleModel()
  const jpegOnly = plainModel()
  const png = sampleModel({ formats: ['jpeg', 'png'] })
  const bare = sampleModel({ supports: {} })
  test.each<[string, Partial<RequestDraft>, Model, CallSettings, Finishing, object]>([
    ['none asked: PNG', {}, png, { format: 'png' }, {}, {}],
    ['none asked, no PNG: what there is', {}, jpegOnly, { format: 'jpeg' }, {}, {}],
    ['one it has', { format: 'webp' }, all, { format: 'webp' }, {}, { output_format: 'honoured' }],
    [
      'one it lacks, from PNG rather than from JPEG',
      { format: 'webp' },
      png,
      { format: 'png' },
      { format: 'webp' },
      { output_format: 'approximated' },
    ],
    [
      'PNG from JPEG where there is nothing else',
      { format: 'png' },
      jpegOnly,
      { format: 'jpeg' },
      { format: 'png' },
      { output_format: 'approximated' },
    ],
    [
      'compressed by the model',
      { format: 'jpeg', compression: 0 },
      all,
      { format: 'jpeg', compression: 0 },
      {},
      { output_format: 'honoured', output_compression: 'honoured' },
    ],
    [
      'compressed by the gateway',
      { format: 'jpeg', compression: 60 },
      bare,
      { format: 'jpeg' },
      { format: 'jpeg', compression: 60 },
      { output_format: 'honoured', output_compression: 'approximated' },
    ],
    [
      'converted and compressed',
      { format: 'webp', compression: 60 },
      jpegOnly,
      { format: 'jpeg' },
      { format: 'webp', compression: 60 },
      { output_format: 'approximated', output_compression: 'approximated' },
    ],
  ])('%s', (_, asked, model, settings, finishing, outcomes) => {
    const fit = fitOf(asked, model)
    expect(fit).toMatchObject({ settings, finishing })
    expect(fit.finishing).toEqual(finishing)
    expect(outcomesOf(fit)).toEqual(outcomes)
  })
})

describe('what a model does not have is dropped and said', () => {
  test.each<[Partial<RequestDraft>, string]>([
    [{ seed: 7 }, 'seed'],
    [{ negativePrompt: 'fog' }, 'negative_prompt'],
    [{ style: 'vivid' }, 'style'],
    [{ moderation: 'low' }, 'moderation'],
    [{ inputFidelity: 'low' }, 'input_fidelity'],
    [{ steps: 20 }, 'steps'],
    [{ guidance: 5 }, 'guidance'],
    [{ stream: true, partialImages: 2 }, 'partial_images'],
  ])('%j', (asked, param) => {
    const fit = fitOf(asked, plainModel())
    expect(fit.settings).toEqual({ format: 'jpeg' })
    expect(fit.reports).toEqual([{ param, outcome: 'dropped', detail: `painter has no ${param}` }])
  })

  test.each<[string, Partial<RequestDraft>, object]>([
    ['usual moderation', { moderation: 'auto' }, { moderation: 'honoured' }],
    ['an opaque background', { background: 'opaque' }, { background: 'honoured' }],
    ['a stream without partial images', { stream: true }, {}],
  ])('what it does anyway is no loss: %s', (_, asked, outcomes) => {
    expect(outcomesOf(fitOf({ ...asked, strict: true }, plainModel()))).toEqual(outcomes)
  })

  test('how true to its input a picture is makes no sense without one', () => {
    const fit = fitOf({ inputFidelity: 'high' }, sampleModel())
    expect(outcomesOf(fit)).toEqual({ input_fidelity: 'dropped' })
  })
})

describe('steps and guidance stay within what the model takes', () => {
  test.each([
    [{ steps: 28 }, { steps: 28 }, 'honoured'],
    [{ steps: 4 }, { steps: 10 }, 'approximated'],
    [{ steps: 500 }, { steps: 50 }, 'approximated'],
    [{ guidance: 0 }, { guidance: 1.5 }, 'approximated'],
    [{ guidance: 5 }, { guidance: 5 }, 'honoured'],
  ])('%j is asked as %j: %s', (asked, settings, outcome) => {
    const fit = fitOf(asked, sampleModel())
    expect(fit.settings).toMatchObject(settings)
    expect(fit.reports.map((report) => report.outcome)).toEqual([outcome])
  })
})

describe('with strict nothing is dropped or approximated', () => {
  const list = sampleModel({ sizes: listedSizes, qualities: ['high'] })
  test.each<[Partial<RequestDraft>, Model, string, string]>([
    [{ size: '512x512' }, list, 'size', 'approximated: made at about 1024x1024'],
    [{ aspect: '16:9' }, list, 'aspect_ratio', 'approximated: made at about 1536x1024'],
    [{ resolution: '512' }, list, 'resolution', 'approximated: made at about 1024x1024'],
    [{ quality: 'low' }, list, 'quality', 'approximated: made as high'],
    [{ format: 'png' }, plainModel(), 'output_format', 'approximated: made as jpeg'],
    [{ seed: 1 }, plainModel(), 'seed', 'dropped: painter has no seed'],
    [{ quality: 'high' }, plainModel(), 'quality', 'dropped: painter has no quality levels'],
  ])('%j names the parameter', (asked, model, param, outcome) => {
    expect(fitOf(asked, model).settings).toBeDefined()
    const refusal = refusalOf({ ...asked, strict: true }, model)
    expect(refusal).toMatchObject({ code: 'strict', param })
    expect(refusal.reason).toContain(`with strict nothing may be adapted, but ${param} would be `)
    expect(refusal.reason).toContain(outcome)
  })

  test('what is honoured passes', () => {
    expect(fitOf({ size: '1536x1024', quality: 'high', strict: true }, list).finishing).toEqual({})
  })
})

test('dall-e-2 at 256x256 is made at the least size of its successor and scaled down', () => {
  const fit = fitOf({ size: '256x256', quality: 'standard' }, sampleModel({ id: 'gpt-image-2' }))
  expect(fit.settings).toMatchObject({ size: { width: 816, height: 816 }, quality: 'medium' })
  expect(fit.finishing).toEqual({ resize: { width: 256, height: 256 } })
  expect(outcomesOf(fit)).toEqual({ size: 'approximated', quality: 'honoured' })
})
