import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { Size } from '../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import {
  PICTURE,
  type PictureTask,
  type Problem,
  problem,
  readCommon,
  type Task,
} from './sandbox-request.ts'

/** Longest edge of an enlargement; the input is shrunk first where it would be longer. */
const MAX_EDGE = 4_096
/** Pixels that an input behind a link is taken to have: the emulator fetches none. */
const UNSEEN: Size = { width: 1_024, height: 1_024 }

/** Reads and checks one task of a tool: a picture in `inputs`, and hardly anything beside it. */
export function readTool(task: Task): Result<PictureTask, Problem> {
  const isUpscale = task.taskType === 'upscale'
  const read = readCommon(task, isUpscale ? ['inputs', 'upscaleFactor', 'settings'] : ['inputs'])
  if (!read.ok) return read
  const { factors = [], hasSettings } = read.value.model
  const input = sizeOf(isObject(task.inputs) ? task.inputs.image : undefined)
  if (input === undefined) {
    return refused(problem('failedToTransferImage', 'inputs.image', 'The image could not be read.'))
  }
  const { upscaleFactor: factor = factors[0] ?? 1, settings = {} } = task
  if (isUpscale && !factors.includes(Number(factor))) {
    const message = `'upscaleFactor' must be one of ${factors.join(', ')}.`
    return refused(problem('invalidUpscaleFactor', 'upscaleFactor', message))
  }
  const words = isObject(settings) ? settings : {}
  if (task.settings !== undefined && hasSettings !== true) {
    const message = "Unsupported use of 'settings' parameter."
    return refused(problem('unsupportedParameter', 'settings', message))
  }
  const scale = Math.min(Number(factor), MAX_EDGE / Math.max(input.width, input.height))
  return ok({
    ...read.value,
    type: isUpscale ? 'upscale' : 'removeBackground',
    prompt: String(words.positivePrompt ?? ''),
    width: Math.round(input.width * scale),
    height: Math.round(input.height * scale),
    steps: 1,
    count: 1,
    seed: typeof words.seed === 'number' ? words.seed : undefined,
  })
}

/** The pixels of an input; undefined for what is no picture. */
function sizeOf(image: unknown): Size | undefined {
  if (typeof image !== 'string' || !PICTURE.test(image)) return undefined
  if (!image.startsWith('data:')) return UNSEEN
  return readImageHeader(Buffer.from(image.slice(image.indexOf(',') + 1), 'base64'))
}
