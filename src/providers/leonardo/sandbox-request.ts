import { isObject } from '../../core/json.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import { readModelsFile } from '../shared/models-file.ts'
import modelsFile from './models.json' with { type: 'json' }

/** A generation that passed, as the emulator works with it. */
export interface Generation {
  readonly name: string
  readonly seconds: number
  readonly prompt: string
  readonly width: number
  readonly height: number
  readonly count: number
  readonly seed: number | undefined
  /** Ids of input images. */
  readonly inputs: readonly string[]
}

type Body = Readonly<Record<string, unknown>>

const { models } = readModelsFile('leonardo', modelsFile)

/** The models by their ids on the wire. */
export const platformModels = models.map(({ id, wireName }) => ({ id: wireName ?? id, name: id }))

const known: readonly string[] = [
  ...['prompt', 'modelId', 'width', 'height', 'num_images', 'negative_prompt', 'guidance_scale'],
  ...['num_inference_steps', 'seed', 'public', 'alchemy', 'ultra', 'contrast', 'styleUUID'],
  ...['presetStyle', 'enhancePrompt', 'elements', 'init_image_id', 'init_strength'],
  ...['contextImages'],
]

/** Least, most and step of numbers (@leonardo-ai/sdk 4.21.3). */
const RANGES: readonly (readonly [name: string, least: number, most: number, step: number])[] = [
  ['width', 32, 1_536, 8],
  ['height', 32, 1_536, 8],
  ['num_images', 1, 8, 1],
  ['num_inference_steps', 10, 60, 1],
  ['seed', 0, 4_294_967_295, 1],
]
/** Edges beyond which no more than so many pictures are made at once (same source). */
const LARGE = { edge: 768, most: 4 } as const
const USUAL_EDGE = 1_024
const CONTRASTS: readonly unknown[] = [3, 3.5, 4]

/** Reads and checks the body of a generation; the first problem is the answer. */
export function readGeneration(body: Body): Result<Generation, string> {
  const model = models.find(({ wireName }) => wireName === body.modelId)
  const { width = USUAL_EDGE, height = USUAL_EDGE, num_images: count = 1 } = body
  const found =
    Object.keys(body)
      .filter((name) => !known.includes(name))
      .map((name) => `unexpected variable "${name}"`)[0] ??
    (typeof body.prompt === 'string' && body.prompt !== '' ? undefined : 'prompt is required') ??
    RANGES.map((range) => rangeProblem(body, range)).find((flaw) => flaw !== undefined) ??
    countProblem(Number(width), Number(height), Number(count)) ??
    (model === undefined ? `Model ${String(body.modelId)} not found` : undefined) ??
    contrastProblem(body, model?.wire.family)
  if (found !== undefined || model === undefined) return refused(found ?? 'Model not found')
  return ok({
    name: model.id,
    seconds: model.typicalSeconds,
    prompt: String(body.prompt),
    width: Number(width),
    height: Number(height),
    count: Number(count),
    seed: typeof body.seed === 'number' ? body.seed : undefined,
    inputs: inputsOf(body),
  })
}

function rangeProblem(
  body: Body,
  [name, least, most, step]: (typeof RANGES)[number],
): string | undefined {
  const value = body[name]
  if (value === undefined) return undefined
  const isGood = Number.isInteger(value) && Number(value) >= least && Number(value) <= most
  return isGood && Number(value) % step === 0
    ? undefined
    : `${name} must be between ${least} and ${most} and a multiple of ${step}`
}

const countProblem = (width: number, height: number, count: number): string | undefined =>
  Math.max(width, height) > LARGE.edge && count > LARGE.most
    ? `num_images must be between 1 and ${LARGE.most} for this size`
    : undefined

function contrastProblem({ contrast }: Body, family: unknown): string | undefined {
  if (family !== 'contrast' && contrast === undefined) return undefined
  return CONTRASTS.includes(contrast) ? undefined : 'contrast must be one of 3, 3.5, 4'
}

function inputsOf({ init_image_id: single, contextImages: list }: Body): readonly string[] {
  if (single !== undefined) return [String(single)]
  return (Array.isArray(list) ? list : []).map((each) => (isObject(each) ? String(each.id) : ''))
}
