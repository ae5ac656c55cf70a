import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { Size } from '../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../core/result.ts'

type Body = Readonly<Record<string, unknown>>

/** A request that passed, as the emulator works with it. */
export interface EmulatedTask {
  readonly type: 'image' | 'image_edit'
  readonly size: Size
  readonly format: 'png' | 'jpeg'
  readonly references: number
}

/** What is wrong with a request: status and Luma's words. */
export interface Problem {
  readonly status: number
  readonly detail: string
}

const MAX_PROMPT = 6_000
const MAX_REFERENCES = 9

/** Edges of the pictures that are drawn; Luma makes about four times as many pixels. */
const shapes: Readonly<Record<string, Size>> = {
  '1:1': { width: 1024, height: 1024 },
  '16:9': { width: 1344, height: 756 },
  '9:16': { width: 756, height: 1344 },
  '3:2': { width: 1248, height: 832 },
  '2:3': { width: 832, height: 1248 },
  '2:1': { width: 1408, height: 704 },
  '1:2': { width: 704, height: 1408 },
  '3:1': { width: 1536, height: 512 },
  '1:3': { width: 512, height: 1536 },
}
const USUAL: Size = { width: 1248, height: 832 }

const known: readonly string[] = [
  ...['model', 'type', 'prompt', 'aspect_ratio', 'style', 'output_format', 'web_search'],
  ...['image_ref', 'source'],
]

const bad = (detail: string, status = 400): { ok: false; refusal: Problem } =>
  refused({ status, detail })

/** Reads and checks a body; the first problem is the answer. */
export function readTask(body: Body): Result<EmulatedTask, Problem> {
  const stranger = Object.keys(body).find((name) => !known.includes(name))
  if (stranger !== undefined) return bad(`Unknown field '${stranger}'`)
  const { prompt, type = 'image', aspect_ratio: shape, output_format: format = 'png' } = body
  const length = typeof prompt === 'string' ? prompt.length : 0
  if (length < 1 || length > MAX_PROMPT) return bad('Prompt must be between 1 and 6000 characters')
  if (type !== 'image' && type !== 'image_edit') return bad(`Type '${type}' is not supported`)
  if (shape !== undefined && !Object.hasOwn(shapes, String(shape))) {
    const valid = Object.keys(shapes).toSorted().join(', ')
    return bad(`Invalid aspect_ratio '${shape}'. Valid: ${valid}`)
  }
  if (format !== 'png' && format !== 'jpeg') return bad(`Invalid output_format '${format}'`)
  if (!['auto', 'manga'].includes(String(body.style ?? 'auto'))) return bad('Invalid style')
  const pictures = readPictures(body, type)
  if (!pictures.ok) return pictures
  const [source] = pictures.value
  const asked = shape === undefined ? undefined : shapes[String(shape)]
  const size = asked ?? (type === 'image_edit' ? source : undefined) ?? USUAL
  return ok({ type, size, format, references: pictures.value.length })
}

/** The pixels of source and references; of links nobody knows them. */
function readPictures(
  { source, image_ref: list = [] }: Body,
  type: EmulatedTask['type'],
): Result<readonly (Size | undefined)[], Problem> {
  if (type === 'image' && source !== undefined) {
    return bad("source is only valid for type 'image_edit'")
  }
  if (type === 'image_edit' && source === undefined) {
    return bad("source is required for type 'image_edit'")
  }
  const references: readonly unknown[] = Array.isArray(list) ? list : [list]
  const places = [
    ...(source === undefined ? [] : [['source', source] as const]),
    ...references.map((entry, index) => [`image_ref[${index}]`, entry] as const),
  ]
  if (places.length > MAX_REFERENCES) return bad('image_edit supports up to 8 reference images')
  const sizes: (Size | undefined)[] = []
  for (const [place, entry] of places) {
    const { url, data, media_type: mediaType } = isObject(entry) ? entry : {}
    if ((url === undefined) === (data === undefined)) {
      return bad(`${place}: provide either 'url' or 'data', not both`)
    }
    if (data !== undefined && typeof mediaType !== 'string') {
      return bad(`${place}: 'media_type' is required with 'data'`)
    }
    const header = data === undefined ? undefined : readImageHeader(bytesOf(String(data)))
    if (data !== undefined && header === undefined) return bad(`${place}: invalid base64 data`, 422)
    sizes.push(header && { width: header.width, height: header.height })
  }
  return ok(sizes)
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
