import { ok, type Result, refused } from '../../core/result.ts'
import { type EmulatedModel, emulatedModels } from './sandbox-models.ts'

/** A task that passed, as the emulator works with it. */
export interface PictureTask {
  readonly id: string
  readonly type: 'imageInference' | 'upscale' | 'removeBackground'
  readonly name: string
  readonly model: EmulatedModel
  readonly prompt: string
  readonly width: number
  readonly height: number
  readonly steps: number
  readonly count: number
  readonly seed: number | undefined
  readonly format: 'jpeg' | 'png' | 'webp'
  readonly output: 'URL' | 'base64Data' | 'dataURI'
  readonly isCostTold: boolean
}

/** What is wrong with a task, in Runware's words. */
export interface Problem {
  readonly code: string
  readonly parameter: string
  readonly message: string
}

/** A task as it was sent. */
export type Task = Readonly<Record<string, unknown>>

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
const FORMATS = { JPG: 'jpeg', PNG: 'png', WEBP: 'webp' } as const
/** An input image: a data URI, or a link. */
export const PICTURE = /^(?:data:image\/(?:png|jpeg|webp);base64,|https?:\/\/)/
/** Longest prompt that is taken (as users report, read 2026-11-25). */
const MOST_CHARACTERS = 3_000

/** What tasks of every type take. */
const common: readonly string[] = [
  ...['taskType', 'taskUUID', 'model', 'outputType', 'outputFormat', 'outputQuality'],
  ...['deliveryMethod', 'includeCost', 'ttl'],
]
const inference: readonly string[] = [
  ...['positivePrompt', 'negativePrompt', 'width', 'height', 'steps', 'CFGScale', 'scheduler'],
  ...['seed', 'numberResults', 'checkNSFW', 'seedImage', 'maskImage', 'maskMargin'],
  ...['strength', 'lora', 'referenceImages'],
]

/** Least, most and step of numbers (runware.ai/docs/image-inference, read 2026-11-25). */
const RANGES: readonly (readonly [name: string, least: number, most: number, step: number])[] = [
  ['width', 128, 2_048, 64],
  ['height', 128, 2_048, 64],
  ['steps', 1, 100, 1],
  ['numberResults', 1, 20, 1],
  ['seed', 0, Number.MAX_SAFE_INTEGER, 1],
  ['maskMargin', 32, 128, 1],
]

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  outputType: ['URL', 'base64Data', 'dataURI'],
  outputFormat: Object.keys(FORMATS),
  deliveryMethod: ['sync'],
}

/** Reads and checks one task of inference; the first problem is the answer. */
export function readTask(task: Task): Result<PictureTask, Problem> {
  const read = readCommon(task, inference)
  if (!read.ok) return read
  const { model } = read.value
  const found = promptProblem(task) ?? numberProblem(task) ?? inputProblem(task, model)
  if (found !== undefined) return refused(found)
  return ok({
    ...read.value,
    type: 'imageInference',
    prompt: String(task.positivePrompt),
    width: Number(task.width),
    height: Number(task.height),
    steps: Number(task.steps ?? model.steps),
    count: Number(task.numberResults ?? 1),
    seed: typeof task.seed === 'number' ? task.seed : undefined,
  })
}

/** What tasks of every type say. */
type CommonTask = Pick<PictureTask, 'id' | 'name' | 'model' | 'format' | 'output' | 'isCostTold'>

/** Reads what tasks of every type take; nothing else is taken but the names that are given. */
export function readCommon(task: Task, own: readonly string[]): Result<CommonTask, Problem> {
  const name = String(task.model ?? '')
  const model = Object.hasOwn(emulatedModels, name) ? emulatedModels[name] : undefined
  const found = strangerOf(task, [...common, ...own]) ?? idProblem(task) ?? choiceProblem(task)
  if (found !== undefined) return refused(found)
  const isOfType = (model?.task ?? 'imageInference') === task.taskType
  if (model === undefined || !isOfType) {
    return refused(problem('invalidModel', 'model', `The model '${name}' could not be found.`))
  }
  const { outputFormat: format = model.format ?? 'JPG', outputType: output = 'URL' } = task
  return ok({
    id: String(task.taskUUID),
    name,
    model,
    format: FORMATS[format as keyof typeof FORMATS],
    output: output as PictureTask['output'],
    isCostTold: task.includeCost === true,
  })
}

/** A problem with one parameter. */
export const problem = (code: string, parameter: string, message: string): Problem => ({
  code,
  parameter,
  message,
})

const invalid = (parameter: string, message: string): Problem =>
  problem(`invalid${parameter[0]?.toUpperCase()}${parameter.slice(1)}`, parameter, message)

function strangerOf(task: Task, known: readonly string[]): Problem | undefined {
  const stranger = Object.keys(task).find((name) => !known.includes(name))
  return stranger === undefined
    ? undefined
    : problem('unsupportedParameter', stranger, `Unsupported use of '${stranger}' parameter.`)
}

function idProblem({ taskUUID: id }: Task): Problem | undefined {
  const isGood = typeof id === 'string' && UUID_4.test(id)
  return isGood ? undefined : invalid('taskUUID', "'taskUUID' must be a valid UUIDv4.")
}

function promptProblem({ positivePrompt: prompt }: Task): Problem | undefined {
  const isGood = typeof prompt === 'string' && prompt.length > 1 && prompt.length <= MOST_CHARACTERS
  return isGood
    ? undefined
    : invalid('positivePrompt', `'positivePrompt' must have 2 to ${MOST_CHARACTERS} characters.`)
}

function numberProblem(task: Task): Problem | undefined {
  for (const [name, least, most, step] of RANGES) {
    const value = task[name]
    if (value === undefined) {
      if (name !== 'width' && name !== 'height') continue
      return problem('missingDimensionParameters', name, `'${name}' is required.`)
    }
    const isGood = Number.isInteger(value) && Number(value) >= least && Number(value) <= most
    if (!isGood || Number(value) % step !== 0) {
      const rule = `an integer from ${least} to ${most}, a multiple of ${step}`
      return invalid(name, `'${name}' must be ${rule}.`)
    }
  }
  return undefined
}

function choiceProblem(task: Task): Problem | undefined {
  for (const [name, values] of Object.entries(CHOICES)) {
    const value = task[name]
    if (value === undefined || values.includes(String(value))) continue
    return invalid(name, `'${name}' must be one of ${values.join(', ')}.`)
  }
  return undefined
}

function inputProblem(task: Task, { inputs, isInputNeeded }: EmulatedModel): Problem | undefined {
  for (const name of ['seedImage', 'referenceImages'] as const) {
    if (task[name] === undefined || name === inputs) continue
    return problem('unsupportedParameter', name, `The model does not support '${name}'.`)
  }
  const given = inputs === undefined ? undefined : task[inputs]
  const images = Array.isArray(given) ? given : given === undefined ? [] : [given]
  if (isInputNeeded && images.length === 0) {
    return problem('missingReferenceImages', 'referenceImages', 'A reference image is required.')
  }
  const { maskImage: mask } = task
  const pictures = mask === undefined ? images : [...images, mask]
  if (pictures.some((image) => typeof image !== 'string' || !PICTURE.test(image))) {
    return problem('failedToTransferImage', inputs ?? 'maskImage', 'The image could not be read.')
  }
  return mask !== undefined && images.length === 0
    ? problem('missingSeedImage', 'seedImage', "'maskImage' needs a 'seedImage'.")
    : undefined
}
