import type { ImageFormat, ImageRequest, Quality } from '../request/image-request.ts'
import { qualities } from '../request/image-request.ts'
import { ok, type Result, refused } from '../result.ts'
import { callOperation } from './emulation.ts'
import { fitOperation } from './fit-operation.ts'
import { fitSize } from './fit-size.ts'
import type { Model, Tier } from './model.ts'
import type { CallSettings, Finishing, Fit, ParameterReport, Unfit } from './settings.ts'

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

/** The tier a model without a quality knob must have to count as that quality under `auto`. */
const TIER_OF_QUALITY: { readonly [Level in Quality]: Tier } = {
  low: 'budget',
  medium: 'standard',
  high: 'premium',
  xhigh: 'premium',
  max: 'premium',
}
const TIERS: readonly Tier[] = ['budget', 'standard', 'premium']

const unfit = (code: Unfit['code'], param: string, reason: string): { ok: false; refusal: Unfit } =>
  refused({ code, param, reason })

/**
 * Fits a request to one model: what is sent, what the gateway does itself afterwards, and what
 * becomes of every parameter. Refuses where the model cannot do what was asked; nothing is dropped
 * without a report, and with `strict` a dropped or approximated parameter is a refusal.
 * @param options.isPinned the caller named the model, so a missing quality knob is no reason to
 * refuse.
 */
export function fitRequest(
  request: ImageRequest,
  model: Model,
  options: { readonly isPinned: boolean },
): Result<Fit, Unfit> {
  const lack = findLack(request, model)
  if (lack !== undefined) return refused(lack)
  const done = fitOperation(request, model)
  if (!done.ok) return done
  const { operation, details } = done.value
  const size = done.value.size === undefined ? fitSize(request, model) : ok(done.value.size)
  if (!size.ok) return size
  const quality = fitQuality(request, model, options.isPinned)
  if (!quality.ok) return quality
  const settings: Writable<CallSettings> = { ...quality.value.settings }
  const finishing: Writable<Finishing> = {}
  const reports: ParameterReport[] = [
    ...done.value.reports,
    ...size.value.reports,
    ...quality.value.reports,
  ]
  if (size.value.size !== undefined) settings.size = size.value.size
  if (size.value.aspect !== undefined) settings.aspect = size.value.aspect
  if (size.value.resolution !== undefined) settings.resolution = size.value.resolution
  if (size.value.resize !== undefined) finishing.resize = size.value.resize
  fitFormat(request, model, settings, finishing, reports)
  fitExtras(request, model, settings, reports)
  if (request.strict) {
    const bent = reports.find((report) => report.outcome !== 'honoured')
    if (bent !== undefined) {
      const bending = `${bent.param} would be ${bent.outcome}`
      const reason = `with strict nothing may be adapted, but ${bending}`
      return unfit('strict', bent.param, bent.detail ? `${reason}: ${bent.detail}` : reason)
    }
  }
  const { expectedSize } = size.value
  const made = details === undefined ? { operation } : { operation, details }
  return ok({ ...made, settings, finishing, reports, expectedSize })
}

function findLack(request: ImageRequest, model: Model): Unfit | undefined {
  const { supports } = model
  const lacks: readonly (readonly [boolean, Unfit['code'], string, string])[] = [
    [
      callOperation(model, request.operation) === undefined,
      'operation',
      'model',
      request.operation,
    ],
    [request.mask !== undefined && !supports.mask, 'inputs', 'mask', 'masks'],
    [
      request.images.length > model.maxInputImages,
      'inputs',
      'image',
      `more than ${model.maxInputImages} input images`,
    ],
    [
      request.prompt.length > model.maxPromptCharacters,
      'prompt',
      'prompt',
      `prompts longer than ${model.maxPromptCharacters} characters`,
    ],
    [request.needs.includes('text') && !supports.text, 'needs', 'needs', 'legible text'],
    [
      request.needs.includes('edit') && !model.operations.includes('edit'),
      'needs',
      'needs',
      'later edits',
    ],
    [
      (request.needs.includes('transparent') || request.background === 'transparent') &&
        !supports.transparent,
      'needs',
      request.background === 'transparent' ? 'background' : 'needs',
      'transparent backgrounds',
    ],
  ]
  const lack = lacks.find(([isLacking]) => isLacking)
  if (lack === undefined) return undefined
  return { code: lack[1], param: lack[2], reason: `the model ${model.id} cannot do ${lack[3]}` }
}

function fitQuality(
  request: ImageRequest,
  model: Model,
  isPinned: boolean,
): Result<{ settings: CallSettings; reports: ParameterReport[] }, Unfit> {
  const wanted = request.quality
  if (wanted === undefined) return ok({ settings: {}, reports: [] })
  if (model.qualities.length > 0) {
    const level = qualities
      .slice(qualities.indexOf(wanted))
      .find((candidate) => model.qualities.includes(candidate))
    if (level === undefined) {
      const most = `the model ${model.id} has only ${model.qualities.join(', ')}`
      return unfit('quality', 'quality', `${most}, not ${wanted}`)
    }
    const outcome = level === wanted ? 'honoured' : 'approximated'
    const detail = `made as ${level}`
    return ok({ settings: { quality: level }, reports: [{ param: 'quality', outcome, detail }] })
  }
  const isEnough = TIERS.indexOf(model.tier) >= TIERS.indexOf(TIER_OF_QUALITY[wanted])
  if (!isEnough && !isPinned) {
    return unfit('quality', 'quality', `a ${model.tier} model is not used for quality ${wanted}`)
  }
  const detail = `${model.id} has no quality levels; it is a ${model.tier} model`
  const outcome = isEnough ? 'honoured' : 'dropped'
  return ok({ settings: {}, reports: [{ param: 'quality', outcome, detail }] })
}

/**
 * PNG unless asked otherwise, as OpenAI's API promises, or what the model makes when it has no PNG;
 * a format that was asked for and that the model lacks is made by conversion.
 */
function fitFormat(
  request: ImageRequest,
  model: Model,
  settings: Writable<CallSettings>,
  finishing: Writable<Finishing>,
  reports: ParameterReport[],
): void {
  const first = model.formats[0] ?? 'png'
  const wanted: ImageFormat = request.format ?? (model.formats.includes('png') ? 'png' : first)
  const isMade = model.formats.includes(wanted)
  settings.format = isMade ? wanted : model.formats.includes('png') ? 'png' : first
  if (isMade && request.format !== undefined) {
    reports.push({ param: 'output_format', outcome: 'honoured' })
  }
  if (!isMade) {
    finishing.format = wanted
    const detail = `made as ${settings.format}, then converted to ${wanted}`
    reports.push({ param: 'output_format', outcome: 'approximated', detail })
  }
  if (request.compression === undefined || wanted === 'png') return
  if (isMade && model.supports.compression) {
    settings.compression = request.compression
    reports.push({ param: 'output_compression', outcome: 'honoured' })
    return
  }
  finishing.format = wanted
  finishing.compression = request.compression
  const detail = 'compressed by the gateway'
  reports.push({ param: 'output_compression', outcome: 'approximated', detail })
}

function fitExtras(
  request: ImageRequest,
  model: Model,
  settings: Writable<CallSettings>,
  reports: ParameterReport[],
): void {
  const { supports } = model
  const pass = <Key extends keyof CallSettings>(
    key: Key,
    param: string,
    value: CallSettings[Key] | undefined,
    isSupported: boolean | undefined,
  ): void => {
    if (value === undefined) return
    if (isSupported) settings[key] = value
    if (isSupported) reports.push({ param, outcome: 'honoured' })
    else reports.push({ param, outcome: 'dropped', detail: `${model.id} has no ${param}` })
  }
  pass('seed', 'seed', request.seed, supports.seed)
  pass('negativePrompt', 'negative_prompt', request.negativePrompt, supports.negativePrompt)
  pass('style', 'style', request.style, supports.style)
  const hasInput = request.images.length > 0
  pass('inputFidelity', 'input_fidelity', request.inputFidelity, supports.inputFidelity && hasInput)
  // What a model does without the choice is no loss: usual moderation, an opaque ground, none.
  if (request.moderation === 'auto' && !supports.moderation) {
    reports.push({ param: 'moderation', outcome: 'honoured' })
  } else pass('moderation', 'moderation', request.moderation, supports.moderation)
  const { background, operation } = request
  const isUsual =
    background === 'opaque' ? !supports.transparent : operation === 'remove_background'
  if (background !== undefined && isUsual) {
    reports.push({ param: 'background', outcome: 'honoured' })
  } else pass('background', 'background', background, supports.transparent)
  if ((request.partialImages ?? 0) > 0) {
    const detail = `${model.id} has no partial_images`
    const dropped = { param: 'partial_images', outcome: 'dropped', detail } as const
    reports.push(supports.stream ? { param: 'partial_images', outcome: 'honoured' } : dropped)
  }
  for (const param of ['steps', 'guidance'] as const) {
    const wanted = request[param]
    const range = model[param]
    if (wanted === undefined) continue
    if (range === undefined) {
      reports.push({ param, outcome: 'dropped', detail: `${model.id} has no ${param}` })
      continue
    }
    const value = Math.min(range.max, Math.max(range.min, wanted))
    settings[param] = value
    const outcome = value === wanted ? 'honoured' : 'approximated'
    const detail = `made with ${value}, as ${model.id} takes ${range.min} to ${range.max}`
    reports.push({ param, outcome, detail })
  }
}
