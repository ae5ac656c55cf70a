import type { Multipart, MultipartValue } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { ImageStore } from '../../ports/image-store.ts'
import { isKnownRefusal } from '../errors.ts'
import { describeInput } from './describe-input.ts'

/** Limits of a multipart body. */
export const formLimits = {
  fieldNameSize: 64,
  fieldSize: requestLimits.maxPromptCharacters * 4,
  fields: 32,
  fileSize: requestLimits.maxImageBytes,
  /** 16 images, a mask, and what its pictures are to be like. */
  files: requestLimits.maxInputImages + 1 + requestLimits.maxReferences,
  parts: 64,
  headerPairs: 16,
} as const

/**
 * Names under which clients send input images: `image`, `image[]`, also `image[0]` and `images`.
 */
const IMAGE_NAME = /^images?(\[\d{0,2}\])?$/
const MASK_NAME = /^mask(\[\])?$/
/** Pictures that those of the request are to be like. */
const REFERENCE_NAME = /^references?(\[\d{0,2}\])?$/

const NUMBERS = new Set(['n', 'output_compression', 'partial_images', 'seed', 'steps', 'guidance'])

/** A multipart body: texts by name, files already in the store. */
export interface Form {
  readonly fields: Readonly<Record<string, unknown>>
  readonly images: readonly InputImage[]
  readonly mask?: InputImage
  readonly references: readonly InputImage[]
}

/**
 * Reads a multipart body; files go straight to the store, never through memory as a whole.
 * @throws GatewayError for a field given twice, an unknown file, a broken picture or a broken body.
 */
export async function readForm(request: FastifyRequest, store: ImageStore): Promise<Form> {
  try {
    return await readParts(request, store)
  } catch (error) {
    // The rest is read and thrown away: a client that is still sending would not see the answer.
    request.raw.unpipe()
    request.raw.resume()
    throw error
  }
}

async function readParts(request: FastifyRequest, store: ImageStore): Promise<Form> {
  const fields: Record<string, unknown> = {}
  const images: InputImage[] = []
  const references: InputImage[] = []
  let mask: InputImage | undefined
  for await (const part of partsOf(request)) {
    const name = part.fieldname
    if (part.type === 'field') {
      if (Object.hasOwn(fields, name)) throw invalid(name, `${name} is given more than once.`)
      if (part.valueTruncated) throw invalid(name, `${name} is too long.`)
      fields[name] = readField(name, part.value)
      continue
    }
    const isMask = MASK_NAME.test(name)
    const isReference = REFERENCE_NAME.test(name)
    if (!isMask && !isReference && !IMAGE_NAME.test(name)) {
      throw new GatewayError('unsupported_parameter', `${name} is no file this route takes.`, {
        param: name,
      })
    }
    if (isMask && mask !== undefined) throw invalid('mask', 'mask is given more than once.')
    const list = isReference ? references : images
    const param = isMask ? 'mask' : `${isReference ? 'references' : 'image'}[${list.length}]`
    const limit = isReference ? requestLimits.maxReferenceBytes : requestLimits.maxImageBytes
    const stored = await store.putStream(bytesOf(part.file), limit).catch(refuseLarge(param, limit))
    if (part.file.truncated) throw tooLarge(param, limit)
    const input = await describeInput(store, stored.digest, param)
    if (isMask) mask = input
    else list.push(input)
  }
  return { fields, images, references, ...(mask === undefined ? {} : { mask }) }
}

/** The parts; whatever the parser cannot read is the sender's mistake. */
export async function* partsOf(
  request: FastifyRequest,
  limits: { readonly fileSize?: number; readonly files?: number } = {},
): AsyncGenerator<Multipart> {
  const parts = request.parts({ limits: { ...formLimits, ...limits } })
  while (true) {
    const next = await parts.next().catch(refuseBroken)
    if (next.done === true) return
    if (next.value.type === 'field') refuseBrokenText(next.value)
    yield next.value
  }
}

/** What the parser puts in the place of bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd'

/** Replaced bytes would be a prompt that nobody wrote; the parser gives the text only, no bytes. */
function refuseBrokenText({ fieldname: name, value }: MultipartValue): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (!`${name}${text}`.includes(REPLACEMENT)) return
  throw invalid(name, `${name} is not UTF-8 text, or has a character U+FFFD in place of some.`)
}

/** The bytes of a file; a body that ends inside of it is the sender's mistake, too. */
export async function* bytesOf(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = file[Symbol.asyncIterator]()
  while (true) {
    const next = await chunks.next().catch(refuseBroken)
    if (next.done === true) return
    yield next.value
  }
}

/**
 * Parser errors have no codes of their own: everything that is not a known limit is a broken body.
 */
function refuseBroken(error: unknown): never {
  if (isKnownRefusal(error)) throw error
  throw new GatewayError('invalid_request', 'The multipart body cannot be read.', { cause: error })
}

const tooLarge = (param: string, limit: number): GatewayError =>
  new GatewayError('image_too_large', `${param} is larger than ${limit / 2 ** 20} MB.`, { param })

const refuseLarge =
  (param: string, limit: number) =>
  (error: unknown): never => {
    if (error instanceof Error && 'storeLimit' in error) throw tooLarge(param, limit)
    throw error
  }

/**
 * Multipart knows only text; numbers, booleans and our object are read as what they are. A part
 * that says it is JSON was parsed already.
 */
function readField(name: string, value: unknown): unknown {
  if ([IMAGE_NAME, MASK_NAME, REFERENCE_NAME].some((each) => each.test(name))) {
    throw invalid(name, `${name} must be a file, not text.`)
  }
  if (typeof value === 'object') return value
  const text = String(value)
  if (NUMBERS.has(name)) {
    const number = Number(text)
    if (text.trim() === '' || !Number.isFinite(number)) {
      throw invalid(name, `${name} must be a number.`)
    }
    return number
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
