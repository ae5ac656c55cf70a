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
}

/** One entry of FastAPI's `detail` list. */
export interface FieldProblem {
  readonly loc: readonly string[]
  readonly msg: string
  readonly type: string
}

/** Values of a JSON body or of a form: numbers may come as texts, as FastAPI takes them. */
export type Fields = Readonly<Record<string, unknown>>

/** Edges (DeepInfra's pages: 128 to 2048; the SDK's documentation: multiples of 32). */
const EDGE = { least: 128, most: 2_048, step: 32, usual: 1_024 } as const
const MOST_PICTURES = 4
const ASPECTS = '21:9 16:9 3:2 5:4 1:1 4:5 2:3 9:16 9:21'.split(' ')
/** Keeps 1023.9999… from becoming 1008. */
const ROUNDING_SLACK = 1e-6

const known: Readonly<Record<EmulatedModel['endpoint'], readonly string[]>> = {
  inference: (
    'prompt num_images width height aspect_ratio num_inference_steps guidance_scale seed ' +
    'negative_prompt'
  ).split(' '),
  edits: 'model prompt n size response_format user guidance'.split(' '),
  variations: 'model n size response_format user'.split(' '),
}

const problem = (name: string, msg: string, type = 'value_error'): FieldProblem => ({
  loc: ['body', name],
  msg,
  type,
})

/** Reads and checks the fields of a request; every problem is listed. */
export function readRequest(
  fields: Fields,
  model: EmulatedModel,
): Result<PictureRequest, readonly FieldProblem[]> {
  const form = model.endpoint === 'inference' ? fields : fromForm(fields)
  const problems = [
    ...strangers(fields, model),
    ...promptProblems(form, model),
    ...numberProblems(form, model),
    ...shapeProblems(form, model),
    ...formatProblems(form),
  ]
  if (problems.length > 0) return refused(problems)
  return ok({
    prompt: String(form.prompt ?? ''),
    size: sizeOf(form, model),
    count: numberOr(form.num_images, 1),
    steps: numberOr(form.num_inference_steps, model.usualSteps),
    seed: form.seed == null ? undefined : Number(form.seed),
  })
}

/** The fields in OpenAI's words, in those of the native endpoint. */
function fromForm({ n, size, ...rest }: Fields): Fields {
  const [width, height] = String(size ?? '1024x1024').split('x')
  return { ...rest, num_images: n, width, height }
}

const numberOr = (value: unknown, usual: number): number => (value == null ? usual : Number(value))

function strangers(fields: Fields, model: EmulatedModel): FieldProblem[] {
  return Object.keys(fields)
    .filter((name) => !known[model.endpoint].includes(name))
    .map((name) => problem(name, 'Extra inputs are not permitted', 'extra_forbidden'))
}

function promptProblems({ prompt }: Fields, { endpoint }: EmulatedModel): FieldProblem[] {
  const isNeeded = endpoint !== 'variations'
  const isThere = typeof prompt === 'string' && prompt !== ''
  return isNeeded && !isThere ? [problem('prompt', 'Field required', 'missing')] : []
}

function numberProblems(fields: Fields, model: EmulatedModel): FieldProblem[] {
  const [leastGuidance, mostGuidance] = model.guidance ?? [0, -1]
  const ranges: readonly (readonly [string, number, number, boolean])[] = [
    ['num_images', 1, MOST_PICTURES, true],
    ['width', EDGE.least, EDGE.most, true],
    ['height', EDGE.least, EDGE.most, true],
    ['num_inference_steps', 1, model.mostSteps, true],
    ['guidance_scale', leastGuidance, mostGuidance, false],
    ['seed', 0, Number.MAX_SAFE_INTEGER, true],
  ]
  return ranges.flatMap(([name, least, most, isWhole]) => {
    if (fields[name] == null) return []
    const value = Number(fields[name])
    if (isWhole && !Number.isInteger(value)) {
      return [problem(name, 'Input should be a valid integer', 'int_parsing')]
    }
    if (value >= least && value <= most) return []
    return [problem(name, `Input should be from ${least} to ${most}`, 'less_than_equal')]
  })
}

function shapeProblems(fields: Fields, { isShaped }: EmulatedModel): FieldProblem[] {
  const { aspect_ratio: aspect, width, height } = fields
  if (isShaped) {
    const isListed = aspect == null || ASPECTS.includes(String(aspect))
    return isListed ? [] : [problem('aspect_ratio', `Input should be one of ${ASPECTS.join(', ')}`)]
  }
  if (aspect != null) return [problem('aspect_ratio', 'this model takes width and height')]
  return [
    ['width', width],
    ['height', height],
  ].flatMap(([name, edge]) =>
    Number(edge ?? EDGE.usual) % EDGE.step === 0
      ? []
      : [problem(String(name), `Input should be a multiple of ${EDGE.step}`, 'multiple_of')],
  )
}

const formatProblems = ({ response_format: format }: Fields): FieldProblem[] =>
  format == null || format === 'b64_json'
    ? []
    : [problem('response_format', 'only b64_json is supported')]

/** As asked, or about a megapixel of a shape, with edges that are multiples of 32. */
function sizeOf(fields: Fields, { isShaped }: EmulatedModel): Size {
  if (!isShaped) {
    return {
      width: numberOr(fields.width, EDGE.usual),
      height: numberOr(fields.height, EDGE.usual),
    }
  }
  const ratio = parseAspect(String(fields.aspect_ratio ?? '1:1')) ?? 1
  const edge = (pixels: number): number => Math.floor(Math.sqrt(pixels) / 32 + ROUNDING_SLACK) * 32
  return { width: edge(EDGE.usual ** 2 * ratio), height: edge(EDGE.usual ** 2 / ratio) }
}
