import { randomBytes } from 'node:crypto'

/** One part: a text field, or a file when it has a file name. */
export interface Part {
  readonly name: string
  readonly value: string | Uint8Array
  readonly filename?: string
  readonly contentType?: string
}

/** A file part with an image, as client libraries send it. */
export const filePart = (name: string, value: string | Uint8Array, type = 'image/png'): Part => ({
  name,
  value,
  filename: 'blob',
  contentType: type,
})

/** A text part. */
export const textPart = (name: string, value: string): Part => ({ name, value })

/** A multipart/form-data body and its header. */
export function makeForm(
  parts: readonly Part[],
  options: { readonly isOpen?: boolean } = {},
): { readonly headers: { readonly 'content-type': string }; readonly body: Buffer } {
  const boundary = `----test${randomBytes(8).toString('hex')}`
  const pieces = parts.flatMap(({ name, value, filename, contentType }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const type = contentType === undefined ? '' : `\r\ncontent-type: ${contentType}`
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}${type}`
    return [Buffer.from(`${head}\r\n\r\n`), Buffer.from(value as Uint8Array), Buffer.from('\r\n')]
  })
  const end = options.isOpen === true ? [] : [Buffer.from(`--${boundary}--\r\n`)]
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...pieces, ...end]),
  }
}
