import type { FastifyRequest } from 'fastify'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { ImageStore } from '../../ports/image-store.ts'
import { describeInput } from './input-images.ts'

/** Limits of a multipart body. */
export const formLimits = {
  fieldNameSize: 64,
  fieldSize: requestLimits.maxPromptCharacters * 4,
  fields: 32,
  fileSize: requestLimits.maxImageBytes,
  /** 16 images and a mask. */
  files: requestLimits.maxInputImages + 1,
  parts: 64,
  headerPairs: 16,
} as const

/** Names under which clients send input images: `image`, `image[]`, also `image[0]` and `images`. */
const IMAGE_NAME = /^images?(\[\d{0,2}\])?$/
const MASK_NAME = /^mask(\[\])?$/

const NUMBERS = new Set(['n', 'output_compression', 'partial_images', 'seed', 'steps', 'guidance'])

/** A multipart body: texts by name, files already in the store. */
export interface Form {
  readonly fields: Readonly<Record<string, unknown>>
  readonly images: readonly InputImage[]
  readonly mask?: InputImage
}

/**
 * Reads a multipart body; files go straight to the store, never through memory as a whole.
 * @throws GatewayError for a field given twice, an unknown file, a broken picture.
 */
export async function readForm(request: FastifyRequest, store: ImageStore): Promise<Form> {
  const fields: Record<string, unknown> = {}
  const images: InputImage[] = []
  let mask: InputImage | undefined
  for await (const part of request.parts({ limits: formLimits })) {
    const name = part.fieldname
    if (part.type === 'field') {
      if (name in fields) throw invalid(name, `${name} is given more than once.`)
      if (IMAGE_NAME.test(name) || MASK_NAME.test(name)) {
        throw invalid(name, `${name} must be a file, not text.`)
      }
      fields[name] = readField(name, String(part.value))
      continue
    }
    const isMask = MASK_NAME.test(name)
    if (!isMask && !IMAGE_NAME.test(name)) {
      throw new GatewayError('unsupported_parameter', `${name} is no file this route takes.`, {
        param: name,
      })
    }
    if (isMask && mask !== undefined) throw invalid('mask', 'mask is given more than once.')
    const param = isMask ? 'mask' : `image[${images.length}]`
    const stored = await store
      .putStream(part.file, requestLimits.maxImageBytes)
      .catch(refuseLarge(param))
    if (part.file.truncated) throw tooLarge(param)
    const input = await describeInput(store, stored.digest, param)
    if (isMask) mask = input
    else images.push(input)
  }
  return { fields, images, ...(mask === undefined ? {} : { mask }) }
}

const tooLarge = (param: string): GatewayError =>
  new GatewayError('image_too_large', `${param} is larger than 50 MB.`, { param })

const refuseLarge =
  (param: string) =>
  (error: unknown): never => {
    if (error instanceof Error && 'storeLimit' in error) throw tooLarge(param)
    throw error
  }

/** Multipart knows only text; numbers, booleans and our object are read as what they are. */
function readField(name: string, text: string): unknown {
  if (NUMBERS.has(name)) {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value)) {
      throw invalid(name, `${name} must be a number.`)
    }
    return value
  }
  if (name === 'stream') {
    if (text === 'true' || text === 'false') return text === 'true'
    throw invalid(name, 'stream must be true or false.')
  }
  if (name !== 'keeprate') return text
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(name, 'keeprate must be a JSON object.')
  }
}
