import { randomBytes } from 'node:crypto'
import type { MultipartPart } from '../../ports/http-client.ts'

/** A complete body and its content type. */
export interface MultipartBody {
  readonly contentType: string
  readonly bytes: Buffer
}

/** Writes a `multipart/form-data` body; the bytes of files are copied once, into their place. */
export function toMultipart(parts: readonly MultipartPart[]): MultipartBody {
  const boundary = `keeprate-${randomBytes(16).toString('hex')}`
  const pieces: Uint8Array[] = []
  for (const part of parts) {
    pieces.push(Buffer.from(`--${boundary}\r\n${headOf(part)}\r\n\r\n`))
    pieces.push('bytes' in part ? part.bytes : Buffer.from(part.value), LINE_BREAK)
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`))
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat(pieces),
  }
}

const LINE_BREAK = Buffer.from('\r\n')

function headOf(part: MultipartPart): string {
  const disposition = `content-disposition: form-data; name="${escaped(part.name)}"`
  if (!('bytes' in part)) return disposition
  if (/[^\x20-\x7e]/.test(part.contentType)) {
    throw new TypeError(`not a content type: ${JSON.stringify(part.contentType)}`)
  }
  const filename = escaped(part.filename)
  return `${disposition}; filename="${filename}"\r\ncontent-type: ${part.contentType}`
}

/** As forms are sent (HTML standard, "multipart form data", read 2026-11-20). */
const escaped = (name: string): string =>
  name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')
