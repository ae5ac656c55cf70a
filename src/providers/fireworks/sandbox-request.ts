import { parseAspect } from '../../core/request/aspect.ts'
import type { Size } from '../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { EmulatedModel } from './sandbox-models.ts'

/** A request that passed, as the emulator works with it. */
export interface PictureRequest {
  readonly prompt: string
  readonly size: Size
  readonly count: number
  readonly steps: number
  readonly seed: number | undefined
  /** Only of Kontext, where it is no header. */
  readonly format: 'png' | 'jpeg'
  readonly hasInput: boolean
}

type Body = Readonly<Record<string, unknown>>

/** Shapes of the workflow models (docs.fireworks.ai, read 2026-11-25). */
const ASPECTS = '1:1 21:9 16:9 3:2 5:4 4:5 2:3 9:16 9:21 4:3 3:4'.split(' ')
/** Kontext takes what lies between 21:9 and 9:21 (same source). */
const WIDEST = 21 / 9
/** Sizes of the legacy models (documentation of @ai-sdk/fireworks 3.0.62). */
const SIZES =
  '640x1536 768x1344 832x1216 896x1152 1024x1024 1152x896 1216x832 1344x768 1536x640'.split(' ')
const PIXELS = 1_024 * 1_024
const MOST_STEPS = 50
const MOST_PICTURES = 4
/** Keeps 1023.9999… from becoming 1008. */
const ROUNDING_SLACK = 1e-6

const known: Readonly<Record<EmulatedModel['shape'], readonly string[]>> = {
  workflow: 'prompt aspect_ratio guidance_scale num_inference_steps seed samples'.split(' '),
  kontext: (
    'prompt input_image aspect_ratio seed output_format prompt_upsampling safety_tolerance ' +
    'webhook_url webhook_secret samples'
  ).split(' '),
  legacy: 'prompt negative_prompt width height cfg_scale steps seed samples safety_check'.split(
    ' ',
  ),
}

/** Reads and checks a body; the first problem is the answer, in words. */
export function readRequest(body: Body, model: EmulatedModel): Result<PictureRequest, string> {
  const { shape, usualSteps } = model
  const steps = body[shape === 'legacy' ? 'steps' : 'num_inference_steps']
  const found =
    Object.keys(body)
      .filter((name) => !known[shape].includes(name))
      .map((name) => `Extra inputs are not permitted, field: '${name}'`)[0] ??
    (typeof body.prompt === 'string' && body.prompt !== '' ? undefined : 'prompt is required') ??
    outside('steps', steps, [1, MOST_STEPS]) ??
    outside('samples', body.samples, [1, shape === 'kontext' ? 1 : MOST_PICTURES]) ??
    outside('seed', body.seed, [0, 4_294_967_295]) ??
    shapeProblem(body, shape) ??
    kontextProblem(body, shape)
  if (found !== undefined) return refused(found)
  return ok({
    prompt: String(body.prompt),
    size: sizeOf(body, shape),
    count: numberOr(body.samples, 1),
    steps: numberOr(steps, usualSteps),
    // 0 stands for a random one.
    seed: numberOr(body.seed, 0) === 0 ? undefined : Number(body.seed),
    format: body.output_format === 'png' ? 'png' : 'jpeg',
    hasInput: body.input_image != null,
  })
}

/** Numbers may come as texts: a public client sends sizes so. */
const numberOr = (value: unknown, usual: number): number => (value == null ? usual : Number(value))

function outside(
  name: string,
  value: unknown,
  [least, most]: readonly [number, number],
): string | undefined {
  if (value == null) return undefined
  const isGood = Number.isInteger(Number(value)) && Number(value) >= least && Number(value) <= most
  return isGood ? undefined : `${name} must be an integer from ${least} to ${most}`
}

function shapeProblem(body: Body, shape: EmulatedModel['shape']): string | undefined {
  if (shape === 'legacy') {
    const size = `${body.width ?? 1_024}x${body.height ?? 1_024}`
    return SIZES.includes(size) ? undefined : `width and height must be one of ${SIZES.join(', ')}`
  }
  const { aspect_ratio: aspect } = body
  if (aspect == null) return undefined
  const ratio = parseAspect(String(aspect))
  const isBetween = ratio !== undefined && Math.max(ratio, 1 / ratio) <= WIDEST + ROUNDING_SLACK
  const isGood = shape === 'kontext' ? isBetween : ASPECTS.includes(String(aspect))
  return isGood ? undefined : `aspect_ratio ${String(aspect)} is not supported`
}

function kontextProblem(body: Body, shape: EmulatedModel['shape']): string | undefined {
  if (shape !== 'kontext') return undefined
  const most = body.input_image == null ? 6 : 2
  const { output_format: format } = body
  if (format != null && format !== 'png' && format !== 'jpeg') {
    return 'output_format must be jpeg or png'
  }
  const { input_image: input } = body
  const isInput = input == null || /^(?:https?:|data:image\/|[\w+/=-]+$)/.test(String(input))
  if (!isInput) return 'input_image could not be read'
  return outside('safety_tolerance', body.safety_tolerance, [0, most])
}

/** As listed, or about a megapixel of a shape, with edges that are multiples of 16. */
function sizeOf(body: Body, shape: EmulatedModel['shape']): Size {
  if (shape === 'legacy') {
    return { width: numberOr(body.width, 1_024), height: numberOr(body.height, 1_024) }
  }
  const ratio = parseAspect(String(body.aspect_ratio ?? '1:1')) ?? 1
  const edge = (pixels: number): number => Math.floor(Math.sqrt(pixels) / 16 + ROUNDING_SLACK) * 16
  return { width: edge(PIXELS * ratio), height: edge(PIXELS / ratio) }
}
