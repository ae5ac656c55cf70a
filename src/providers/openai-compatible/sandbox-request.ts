import { z } from 'zod'
import { type ImageFormat, imageFormats, type Size } from '../../core/request/image-request.ts'

/** Fields and files of a body, whatever its encoding. */
export interface Fields {
  readonly values: unknown
  readonly files: readonly { readonly name: string; readonly header: Size | undefined }[]
}

/** A call that the server accepts. */
export interface EmulatedCall extends Size {
  readonly model: string
  readonly prompt: string
  readonly n: number
  readonly seed: number | undefined
  readonly format: ImageFormat
}

interface Problem {
  readonly loc: readonly PropertyKey[]
  readonly msg: string
  readonly type: string
}

/** One call makes ten pictures at most (vLLM-Omni's image API, read 2026-11-20). */
const MOST_IMAGES = 10
const MOST_STEPS = 200
const DEFAULT_EDGE = 1024

const body = z.object({
  model: z.string().min(1),
  prompt: z.string(),
  n: z.number().int().min(1).max(MOST_IMAGES).default(1),
  size: z
    .string()
    .regex(/^\d{2,4}x\d{2,4}$/, 'size must be WIDTHxHEIGHT')
    .optional(),
  seed: z.number().int().optional(),
  num_inference_steps: z.number().int().min(1).max(MOST_STEPS).optional(),
  guidance_scale: z.number().min(0).optional(),
  negative_prompt: z.string().optional(),
  response_format: z.literal('b64_json', 'only b64_json is supported').optional(),
  output_format: z.enum(imageFormats).optional(),
})

/** Reads a call in the words of FastAPI; what the server does not know it ignores. */
export function readCall(
  { values, files }: Fields,
  path: string,
): { readonly call: EmulatedCall } | { readonly problems: readonly Problem[] } {
  const read = body.safeParse(values)
  const problems: Problem[] = (read.error?.issues ?? []).map(({ path: loc, message }) => ({
    loc: ['body', ...loc],
    msg: message,
    type: 'value_error',
  }))
  const input = files.find(({ name }) => /^image(\[\])?$/.test(name))
  if (!path.endsWith('/generations') && input?.header === undefined) {
    problems.push({ loc: ['body', 'image'], msg: 'an image is required', type: 'missing' })
  }
  if (!read.success || problems.length > 0) return { problems }
  const { size, output_format: format = 'png', ...rest } = read.data
  const [width = DEFAULT_EDGE, height = DEFAULT_EDGE] = size?.split('x').map(Number) ?? [
    input?.header?.width,
    input?.header?.height,
  ]
  const { model, prompt, n, seed } = rest
  return { call: { model, prompt, n, seed, format, width, height } }
}
