import type { ImageHeader } from '../../core/quality/image-header.ts'
import type { Size } from '../../core/request/image-request.ts'
import { controlServices, editServices, upscaleServices } from './sandbox-edits.ts'
import {
  aspect,
  common,
  type EmulatedModel,
  type EmulatedService,
  type FieldRule,
  ONE_AND_A_HALF,
  ONE_MEGAPIXEL,
  type OutputRule,
  share,
  size,
} from './sandbox-fields.ts'

/** Largest input picture: an edge of 16,384 at ultra, 9,437,184 pixels at edits (same source). */
const MAX_EDIT_PIXELS = 9_437_184
const MAX_PIXELS = 16_384 * 16_384

/** SD 3.5 by its own names; prices: Stability price list, June 2026, read 2026-11-20. */
const sd35: Readonly<Record<string, EmulatedModel>> = {
  'sd3.5-large': { micro: 65_000, seconds: 6 },
  'sd3.5-large-turbo': { micro: 40_000, seconds: 3 },
  'sd3.5-medium': { micro: 35_000, seconds: 5 },
  'sd3.5-flash': { micro: 25_000, seconds: 2 },
}

/** The names of SD 3.0 lead to 3.5 at the same price since 2025-04-17 (same source). */
const sd3Models: Readonly<Record<string, EmulatedModel | undefined>> = {
  ...sd35,
  'sd3-large': sd35['sd3.5-large'],
  'sd3-large-turbo': sd35['sd3.5-large-turbo'],
  'sd3-medium': sd35['sd3.5-medium'],
}

const known = (
  models: Readonly<Record<string, EmulatedModel | undefined>>,
): Readonly<Record<string, EmulatedModel>> =>
  Object.fromEntries(
    Object.entries(models).flatMap(([name, model]) => (model === undefined ? [] : [[name, model]])),
  )

/** Paths below the root that all services share. */
function prefixed(
  services: Readonly<Record<string, EmulatedService>>,
): Readonly<Record<string, EmulatedService>> {
  return Object.fromEntries(
    Object.entries(services).map(([path, service]) => [`/v2beta/stable-image/${path}`, service]),
  )
}

/** The emulated services by path. Prices as above, inpaint 5 credits; the seconds are our own. */
export const emulatedServices: Readonly<Record<string, EmulatedService>> = {
  '/v2beta/stable-image/generate/core': {
    fields: { ...common, aspect_ratio: aspect },
    files: [],
    required: ['prompt'],
    models: { 'stable-image-core': { micro: 30_000, seconds: 4 } },
    defaultModel: 'stable-image-core',
    sizes: ONE_AND_A_HALF,
    maxInputPixels: 0,
  },
  '/v2beta/stable-image/generate/ultra': {
    fields: { ...common, aspect_ratio: aspect, strength: share },
    files: ['image'],
    required: ['prompt'],
    models: { 'stable-image-ultra': { micro: 80_000, seconds: 8 } },
    defaultModel: 'stable-image-ultra',
    sizes: ONE_MEGAPIXEL,
    maxInputPixels: MAX_PIXELS,
  },
  '/v2beta/stable-image/generate/sd3': {
    fields: {
      ...common,
      aspect_ratio: aspect,
      strength: share,
      mode: { kind: 'choice', values: ['text-to-image', 'image-to-image'] },
      model: { kind: 'choice', values: Object.keys(sd3Models) },
      cfg_scale: { kind: 'number', min: 1, max: 10 },
    },
    files: ['image'],
    required: ['prompt'],
    models: known(sd3Models),
    defaultModel: 'sd3.5-large',
    sizes: ONE_MEGAPIXEL,
    maxInputPixels: MAX_PIXELS,
  },
  '/v2beta/stable-image/edit/inpaint': {
    fields: { ...common, grow_mask: { kind: 'integer', min: 0, max: 100 } },
    files: ['image', 'mask'],
    required: ['image', 'prompt'],
    models: { 'stable-inpaint': { micro: 50_000, seconds: 7 } },
    defaultModel: 'stable-inpaint',
    maxInputPixels: MAX_EDIT_PIXELS,
  },
  ...prefixed(editServices),
  ...prefixed(upscaleServices),
  ...prefixed(controlServices),
}

/** A form as the emulator works with it: first value of each field, header of each picture. */
export interface ReadForm {
  readonly fields: ReadonlyMap<string, string>
  /** Undefined for a file that is no picture. */
  readonly pictures: ReadonlyMap<string, ImageHeader | undefined>
}

/** Smallest picture that is taken (Stability API reference, read 2026-11-20). */
const MIN_EDGE = 64

/** What is wrong with a form, in Stability's style `field: problem`. Strict: unknown fields too. */
export function findProblems(service: EmulatedService, form: ReadForm): string[] {
  const problems: string[] = []
  for (const name of service.required) {
    const isThere = form.pictures.has(name) || (form.fields.get(name) ?? '') !== ''
    if (!isThere) problems.push(`${name}: is required`)
  }
  for (const [name, value] of form.fields) {
    const rule = Object.hasOwn(service.fields, name) ? service.fields[name] : undefined
    const problem = rule === undefined ? 'is not a known field' : checkValue(value, rule)
    if (problem !== undefined) problems.push(`${name}: ${problem}`)
  }
  for (const [name, header] of form.pictures) {
    const problem = service.files.includes(name)
      ? checkPicture(header, service)
      : 'is not a known field'
    if (problem !== undefined) problems.push(`${name}: ${problem}`)
  }
  return [...problems, ...checkTogether(service, form)]
}

function checkValue(value: string, rule: FieldRule): string | undefined {
  if (rule.kind === 'text') {
    return value.length <= rule.max ? undefined : `must be at most ${rule.max} characters`
  }
  if (rule.kind === 'choice') {
    return rule.values.includes(value) ? undefined : `must be one of ${rule.values.join(', ')}`
  }
  const number = value.trim() === '' ? Number.NaN : Number(value)
  const isWhole = rule.kind === 'number' || Number.isInteger(number)
  const isWithin = number >= rule.min && number <= rule.max
  return isWhole && isWithin ? undefined : `must be from ${rule.min} to ${rule.max}`
}

function checkPicture(header: Size | undefined, service: EmulatedService): string | undefined {
  if (header === undefined) return 'must be an image'
  const { minEdge = MIN_EDGE, maxEdge, maxInputRatio, maxInputPixels } = service
  const [longer, shorter] = [
    Math.max(header.width, header.height),
    Math.min(header.width, header.height),
  ]
  if (shorter < minEdge) return `every side must be at least ${minEdge} pixels`
  if (maxEdge !== undefined && longer > maxEdge)
    return `every side must be at most ${maxEdge} pixels`
  if (maxInputRatio !== undefined && longer > shorter * maxInputRatio) {
    return `the aspect ratio must be between 1:${maxInputRatio} and ${maxInputRatio}:1`
  }
  const isSmall = header.width * header.height <= maxInputPixels
  return isSmall ? undefined : `must have at most ${maxInputPixels} pixels`
}

const SIDES = ['left', 'right', 'up', 'down'] as const

/** Rules over more than one field. */
function checkTogether(service: EmulatedService, { fields, pictures }: ReadForm): string[] {
  const problems: string[] = []
  const hasImage = pictures.has('image')
  const isImageMode = fields.get('mode') === 'image-to-image'
  if (service.fields.strength !== undefined && hasImage !== fields.has('strength')) {
    problems.push(hasImage ? 'strength: is required with an image' : 'strength: needs an image')
  }
  if (service.fields.mode !== undefined && hasImage !== isImageMode) {
    problems.push(hasImage ? 'mode: must be image-to-image' : 'image: is required in this mode')
  }
  if (isImageMode && fields.has('aspect_ratio')) {
    problems.push('aspect_ratio: is only for text-to-image')
  }
  const needsMask = service.files.includes('mask') && !pictures.has('mask')
  if (needsMask && pictures.get('image')?.hasAlpha === false) {
    problems.push('mask: is required for an image without alpha channel')
  }
  if (service.output === 'grown' && SIDES.every((side) => Number(fields.get(side) ?? 0) === 0)) {
    problems.push('left: one of left, right, up and down must be above 0')
  }
  const isRelit = service.fields.background_prompt !== undefined
  const hasBackground = fields.has('background_prompt') || pictures.has('background_reference')
  if (isRelit && !hasBackground && fields.get('keep_original_background') !== 'true') {
    problems.push('background_prompt: or background_reference is required')
  }
  return problems
}

/** The input scaled to so many pixels, as near as whole pixels allow. */
const filling =
  (pixels: number) =>
  ({ width, height }: Size): Size => {
    const factor = Math.sqrt(pixels / (width * height))
    return size(Math.round(width * factor), Math.round(height * factor))
  }

/** Sizes that follow from the input. What Stability calls 4K is taken as 3840x2160 pixels. */
const outputs: {
  readonly [Rule in Exclude<OutputRule, 'shape'>]: (input: Size, fields: ReadForm['fields']) => Size
} = {
  input: ({ width, height }) => size(width, height),
  grown: ({ width, height }, fields) => {
    const [left = 0, right = 0, up = 0, down = 0] = SIDES.map((side) =>
      Number(fields.get(side) ?? 0),
    )
    return size(width + left + right, height + up + down)
  },
  four_times: ({ width, height }) => size(width * 4, height * 4),
  four_megapixels: filling(4_194_304),
  eight_megapixels: filling(8_294_400),
}

/** Pixels of the output: what follows from the input, those of the shape asked for, or the next. */
export function outputSize(service: EmulatedService, { fields, pictures }: ReadForm): Size {
  const input = pictures.get(service.files[0] ?? 'image')
  const { sizes, output = 'input' } = service
  const square = sizes?.['1:1'] ?? size(1_024, 1_024)
  if (sizes === undefined) {
    return output === 'shape' ? square : outputs[output](input ?? square, fields)
  }
  const asked = fields.get('aspect_ratio')
  const isImageMode = fields.get('mode') === 'image-to-image'
  if (!isImageMode || input === undefined) return sizes[asked ?? '1:1'] ?? square
  const distance = (candidate: Size): number =>
    Math.abs(Math.log(candidate.width / candidate.height / (input.width / input.height)))
  return Object.values(sizes).toSorted((a, b) => distance(a) - distance(b))[0] ?? square
}
