/**
 * What the load generator asks and the upstream understands: prompts, request bodies, usage and
 * what one picture costs. Both sides read this file, so they cannot disagree.
 */
import {
  markOffsets,
  type PictureKind,
  pictureBytes,
  pictureMark,
  SEQUENCE_DIGITS,
  sequenceText,
} from './pictures.ts'

/** The two image operations of the OpenAI API that are measured. */
export type Operation = 'generations' | 'edits'

/** Which picture a prompt asks for. */
export interface Order {
  readonly kind: PictureKind
  readonly sequence: number
}

/** The key that only the upstream accepts; the gateway must put it in place of the caller's own. */
export const UPSTREAM_KEY = 'bench'

/** Model, size and quality of every request; the costs below hold for exactly these. */
export const MODEL = 'gpt-image-2'
export const SIZE = '1024x1024'
export const QUALITY = 'low'

const BOUNDARY = 'keeprate-bench-boundary'
const PROMPT = /^keeprate bench: a (large|small) picture, number (\d{8})$/

/** Content type of the bodies of editBodies. */
export const EDIT_CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

/** Tokens the upstream reports per call. */
const TEXT_TOKENS = 12
const EDIT_IMAGE_TOKENS = 259

/** gpt-image-2, low, 1024x1024: 196 output tokens (OpenAI's image cost calculator, 2026-06-05). */
const OUTPUT_TOKENS = 196

/**
 * USD 5 per million text tokens in, 8 per million image tokens in, 30 per million image tokens out
 * (OpenAI's price page for gpt-image-2, as of 2026-08-01), in nano-dollars per token.
 */
const TEXT_NANO = 5_000n
const IMAGE_INPUT_NANO = 8_000n
const IMAGE_OUTPUT_NANO = 30_000n

/** A prompt that no other request of the run has. */
export function toPrompt(order: Order): string {
  return `keeprate bench: a ${order.kind} picture, number ${sequenceText(order.sequence)}`
}

/** Reads a prompt back; undefined when something changed it on the way. */
export function fromPrompt(prompt: string): Order | undefined {
  const match = PROMPT.exec(prompt)
  if (match === null) return undefined
  return { kind: match[1] === 'large' ? 'large' : 'small', sequence: Number(match[2]) }
}

/** The body of POST /v1/images/generations. */
export function generationBody(order: Order): string {
  return JSON.stringify({
    model: MODEL,
    prompt: toPrompt(order),
    n: 1,
    size: SIZE,
    quality: QUALITY,
  })
}

/**
 * Makes bodies of POST /v1/images/edits. Surprising: it returns the same memory every time with the
 * numbers written anew, so a connection needs its own and must have sent one body before the next.
 */
export function editBodies(kind: PictureKind): (sequence: number) => Buffer {
  const fields = Object.entries({ model: MODEL, n: '1', size: SIZE, quality: QUALITY })
    .map(([name, value]) => `${partHead(name)}\r\n\r\n${value}\r\n`)
    .join('')
  const imageHead = `${partHead('image')}; filename="upload.png"\r\nContent-Type: image/png\r\n\r\n`
  const beforeImage = Buffer.from(fields + imageHead, 'latin1')
  const prompt = toPrompt({ kind, sequence: 0 })
  const afterImage = Buffer.from(
    `\r\n${partHead('prompt')}\r\n\r\n${prompt}\r\n--${BOUNDARY}--\r\n`,
    'latin1',
  )
  const body = Buffer.concat([beforeImage, pictureBytes(kind, 'upload', 0), afterImage])
  const digitsAt = body.lastIndexOf(prompt, body.length, 'latin1') + prompt.length - SEQUENCE_DIGITS
  return (sequence) => {
    const mark = pictureMark('upload', sequence)
    for (const offset of markOffsets(kind)) mark.copy(body, beforeImage.length + offset)
    body.write(sequenceText(sequence), digitsAt, 'latin1')
    return body
  }
}

/** The usage object of an answer. */
export function usageOf(operation: Operation): Record<string, unknown> {
  const imageTokens = operation === 'edits' ? EDIT_IMAGE_TOKENS : 0
  const inputTokens = TEXT_TOKENS + imageTokens
  return {
    input_tokens: inputTokens,
    input_tokens_details: { text_tokens: TEXT_TOKENS, image_tokens: imageTokens },
    output_tokens: OUTPUT_TOKENS,
    output_tokens_details: { image_tokens: OUTPUT_TOKENS, text_tokens: 0 },
    total_tokens: inputTokens + OUTPUT_TOKENS,
  }
}

/** What one picture costs in nano-dollars; the gateway's ledger must say it to the last digit. */
export function costNanoOf(operation: Operation): bigint {
  const imageTokens = operation === 'edits' ? EDIT_IMAGE_TOKENS : 0
  return (
    BigInt(TEXT_TOKENS) * TEXT_NANO +
    BigInt(imageTokens) * IMAGE_INPUT_NANO +
    BigInt(OUTPUT_TOKENS) * IMAGE_OUTPUT_NANO
  )
}

function partHead(name: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`
}
