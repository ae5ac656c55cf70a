import { isObject } from '../../core/json.ts'
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
  readonly inputs: number
  readonly seed: number | undefined
  readonly format: 'jpeg' | 'png'
  readonly asLink: boolean
}

/** What is wrong with a request: the parameter and Together's words. */
export interface Problem {
  readonly param: string
  readonly message: string
}

/** Edge of a picture when none is asked for (docs.together.ai API reference, read 2026-11-25). */
const DEFAULT_EDGE = 1_024
/** Pixels of a picture whose model takes a shape. */
const SHAPE_PIXELS = 1_024 * 1_024
/** Largest edge that any emulated model makes. */
const MAX_EDGE = 6_336
/** Most steps (same reference). */
const MAX_STEPS = 50
/** Shapes that Kontext makes lie between these (same reference). */
const WIDEST = 21 / 9
/** Keeps 1023.9999… from becoming 1008. */
const ROUNDING_SLACK = 1e-6

const choices = {
  response_format: ['base64', 'url'],
  output_format: ['jpeg', 'png'],
} as const

const known: readonly string[] = [
  ...['model', 'prompt', 'n', 'width', 'height', 'aspect_ratio', 'steps', 'guidance_scale', 'seed'],
  ...['negative_prompt', 'image_url', 'reference_images', 'response_format', 'output_format'],
  ...['disable_safety_checker', 'image_loras'],
]

type Body = Readonly<Record<string, unknown>>

/** Reads and checks a body for one model; the first problem is the answer. */
export function readRequest(body: Body, model: EmulatedModel): Result<PictureRequest, Problem> {
  const found =
    strangers(body) ??
    typeProblem(body) ??
    abilityProblem(body, model) ??
    numberProblem(body, model) ??
    inputProblem(body, model)
  if (found !== undefined) return refused(found)
  return ok({
    prompt: String(body.prompt),
    size: sizeOf(body, model),
    count: numberOr(body.n, 1),
    steps: numberOr(body.steps, model.steps),
    inputs: inputsOf(body).length,
    seed: typeof body.seed === 'number' ? body.seed : undefined,
    format: body.output_format === 'png' ? 'png' : 'jpeg',
    asLink: body.response_format !== 'base64',
  })
}

const numberOr = (value: unknown, usual: number): number =>
  typeof value === 'number' ? value : usual

const problem = (param: string, message: string): Problem => ({ param, message })

function strangers(body: Body): Problem | undefined {
  const stranger = Object.keys(body).find((name) => !known.includes(name))
  return stranger === undefined ? undefined : problem(stranger, `Unrecognized key: ${stranger}`)
}

function typeProblem(body: Body): Problem | undefined {
  if (typeof body.prompt !== 'string' || body.prompt === '') {
    return problem('prompt', 'prompt is required')
  }
  for (const [name, values] of Object.entries(choices)) {
    const value = body[name]
    const isListed = value === undefined || (values as readonly unknown[]).includes(value)
    if (!isListed) return problem(name, `${name} must be one of ${values.join(', ')}`)
  }
  if (body.image_loras !== undefined && !Array.isArray(body.image_loras)) {
    return problem('image_loras', 'image_loras must be an array')
  }
  return undefined
}

/** Parameters that a model does not have are refused, even where they change nothing. */
function abilityProblem(body: Body, model: EmulatedModel): Problem | undefined {
  const abilities: readonly (readonly [string, boolean])[] = [
    ['n', model.most > 1],
    ['steps', model.steps > 0],
    ['guidance_scale', model.steps > 0],
    ['seed', model.takesSeed],
    ['aspect_ratio', model.takesShape],
    ['width', !model.takesShape],
    ['height', !model.takesShape],
    ['image_url', model.inputs === 'image_url'],
    ['reference_images', model.inputs === 'reference_images'],
  ]
  const lack = abilities.find(([name, isTaken]) => body[name] !== undefined && !isTaken)
  return lack && problem(lack[0], `${lack[0]} is not supported for this model`)
}

function numberProblem(body: Body, model: EmulatedModel): Problem | undefined {
  const ranges: readonly (readonly [string, number, number, number])[] = [
    ['n', 1, model.most, 1],
    ['width', model.step, MAX_EDGE, model.step],
    ['height', model.step, MAX_EDGE, model.step],
    ['steps', 1, MAX_STEPS, 1],
    ['seed', 0, 4_294_967_295, 1],
  ]
  for (const [name, least, most, step] of ranges) {
    const value = body[name]
    if (value === undefined) continue
    const isWhole = typeof value === 'number' && Number.isInteger(value)
    if (!isWhole) return problem(name, `${name} must be an integer`)
    const isWithin = value >= least && value <= most
    if (!isWithin) return problem(name, `${name} must be between ${least} and ${most}`)
    if (value % step !== 0) return problem(name, `${name} must be a multiple of ${step}`)
  }
  const ratio = body.aspect_ratio === undefined ? 1 : parseAspect(String(body.aspect_ratio))
  const isShape = ratio !== undefined && Math.max(ratio, 1 / ratio) <= WIDEST + ROUNDING_SLACK
  return isShape ? undefined : problem('aspect_ratio', 'aspect_ratio is not valid')
}

function inputProblem(body: Body, { isInputNeeded, inputs }: EmulatedModel): Problem | undefined {
  const images = inputsOf(body)
  if (isInputNeeded && images.length === 0) return problem(inputs, `${inputs} is required`)
  const bad = images.find(
    (url) => !/^(?:https?:\/\/|data:image\/(?:png|jpeg|webp);base64,)/.test(url),
  )
  return bad === undefined ? undefined : problem(inputs, 'the image could not be read')
}

function inputsOf({ image_url: single, reference_images: list }: Body): readonly string[] {
  const values = typeof single === 'string' ? [single] : Array.isArray(list) ? list : []
  return values.map((value) => (isObject(value) ? '' : String(value)))
}

/** As asked, or about a megapixel of a shape, with edges that are multiples of 16. */
function sizeOf(body: Body, { takesShape }: EmulatedModel): Size {
  if (!takesShape) {
    return {
      width: numberOr(body.width, DEFAULT_EDGE),
      height: numberOr(body.height, DEFAULT_EDGE),
    }
  }
  const ratio = parseAspect(String(body.aspect_ratio ?? '1:1')) ?? 1
  const edge = (pixels: number): number => Math.floor(Math.sqrt(pixels) / 16 + ROUNDING_SLACK) * 16
  return { width: edge(SHAPE_PIXELS * ratio), height: edge(SHAPE_PIXELS / ratio) }
}
