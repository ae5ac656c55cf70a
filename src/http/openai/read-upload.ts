import type { FastifyRequest } from 'fastify'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import type { StoredFile } from '../../core/jobs/batch.ts'
import type { ImageStore } from '../../ports/image-store.ts'
import { bytesOf, partsOf } from './form.ts'

/** Longest name of a file that is kept. */
const MAX_NAME = 255

/**
 * Reads the form of a file for a batch; the file goes to the store as it comes, whether its purpose
 * stands before it or behind it.
 * @throws GatewayError for another purpose, no file, or one that is too large or no JSONL.
 */
export async function readUpload(
  request: FastifyRequest,
  store: ImageStore,
  maxBytes: number,
): Promise<Pick<StoredFile, 'digest' | 'byteLength' | 'filename'>> {
  if (!request.isMultipart()) {
    const message = 'Files come as multipart/form-data with purpose and file.'
    throw new GatewayError('unsupported_media_type', message)
  }
  try {
    return await readParts(request, store, maxBytes)
  } catch (error) {
    // As in `readForm`: a client that is still sending would not see the answer.
    request.raw.unpipe()
    request.raw.resume()
    throw error
  }
}

async function readParts(request: FastifyRequest, store: ImageStore, maxBytes: number) {
  let isForBatch = false
  let file: Pick<StoredFile, 'digest' | 'byteLength' | 'filename'> | undefined
  for await (const part of partsOf(request, { fileSize: maxBytes, files: 1 })) {
    if (part.type === 'field' && part.fieldname === 'purpose') {
      if (part.value !== 'batch') throw notForBatch()
      isForBatch = true
    } else if (part.type === 'file' && part.fieldname === 'file') {
      const stored = await storeLines(bytesOf(part.file), store, maxBytes)
      if (part.file.truncated) throw tooLarge()
      file = { ...stored, filename: (part.filename ?? '').slice(0, MAX_NAME) || 'batch.jsonl' }
    } else {
      const param = part.fieldname.slice(0, MAX_NAME)
      throw new GatewayError('unsupported_parameter', `${param} is not taken here.`, { param })
    }
  }
  if (!isForBatch) throw notForBatch()
  if (file === undefined) throw invalid('file', 'file must be a file with lines of JSON.')
  return file
}

/**
 * Stores the lines of a batch as they come.
 * @throws GatewayError for what is too large or no JSONL.
 */
export const storeLines = (bytes: AsyncIterable<Buffer>, store: ImageStore, maxBytes: number) =>
  store.putStream(jsonLines(bytes), maxBytes).catch(refuseLarge)

/**
 * What does not begin as JSON is not kept: pictures lie in the same store, under their digests, and
 * who deletes his file must not delete one.
 */
async function* jsonLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isKnown = false
  let length = 0
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const textOf = (piece?: Buffer): string => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined })
    } catch (cause) {
      const message = `file is not UTF-8, somewhere behind its byte ${length}.`
      throw new GatewayError('invalid_request', message, { param: 'file', cause })
    }
  }
  for await (const piece of bytes) {
    const text = textOf(piece)
    length += piece.length
    const first: string = isKnown ? '' : text.trimStart().charAt(0)
    if (first !== '' && first !== '{') {
      throw invalid('file', 'file must hold one JSON object in each line (JSONL).')
    }
    isKnown ||= first === '{'
    yield piece
  }
  textOf()
  if (!isKnown) throw invalid('file', 'file is empty.')
}

const notForBatch = (): GatewayError =>
  invalid('purpose', 'purpose must be batch; input images are sent with their edit.')

const tooLarge = (): GatewayError =>
  new GatewayError('payload_too_large', 'file is larger than 200 MB.', { param: 'file' })

function refuseLarge(error: unknown): never {
  if (error instanceof Error && 'storeLimit' in error) throw tooLarge()
  throw error
}
