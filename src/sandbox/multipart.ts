import { Busboy } from '@fastify/busboy'
import type { EmulatorKit, EmulatorRequest } from '../providers/shared/emulator.ts'

/** A form, read. */
export type MultipartForm = Awaited<ReturnType<EmulatorKit['multipart']>>

/** Limits of a form; sizes are bound by the server's limit of a body. */
const formLimits = {
  parts: 200,
  fieldNameSize: 1_024,
  fieldSize: 16 * 1024 * 1024,
  headerPairs: 32,
  headerSize: 16 * 1024,
} as const

/** Reads a multipart body whole. Rejects when it is cut, nameless or beyond the limits. */
export function readMultipart(request: EmulatorRequest): Promise<MultipartForm> {
  return new Promise((resolve, reject) => {
    const contentType = request.headers['content-type'] ?? ''
    if (!/^multipart\/form-data\b/i.test(contentType)) {
      throw new TypeError(`not a multipart form: ${contentType.slice(0, 100)}`)
    }
    const fields = new Map<string, string[]>()
    const files: MultipartForm['files'][number][] = []
    const parser = new Busboy({ headers: { 'content-type': contentType }, limits: formLimits })
    const refuse = (reason: string) => reject(new Error(`malformed multipart body: ${reason}`))
    parser.on('field', (name: string | undefined, value, _nameCut, isCut) => {
      if (name === undefined || isCut) return refuse('a field without a name, or too long')
      const values = fields.get(name)
      if (values === undefined) fields.set(name, [value])
      else values.push(value)
    })
    parser.on('file', (name: string | undefined, stream, filename, _encoding, contentType) => {
      const chunks: Uint8Array[] = []
      stream.on('data', (chunk: Uint8Array) => chunks.push(chunk))
      stream.on('error', reject)
      stream.on('end', () => {
        if (name === undefined) return refuse('a file without a name')
        const bytes = Buffer.concat(chunks)
        files.push({ name, filename: filename ?? '', contentType, bytes })
      })
    })
    parser.on('partsLimit', () => refuse('too many parts'))
    parser.on('error', reject)
    parser.on('finish', () => resolve({ fields, files }))
    parser.end(request.body)
  })
}
