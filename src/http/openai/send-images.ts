import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Instant } from '../../core/time.ts'
import type { GatewayResult } from '../../gateway/result.ts'
import { answerFields, keeprateObjectOf, resultHeaders, usageOf } from './answer.ts'

/**
 * Bytes of a picture turned into base64 at a time; a multiple of 3, so that pieces join without
 * padding. Measured with 1.5 MB on loopback: slices of 768 KiB cost a third more processor time.
 */
const SLICE_BYTES = 192 * 1024
/** Answers up to this size are sent in one piece, headers included: one call to the network. */
const WHOLE_BYTES = 64 * 1024

/** How an answer is wanted. */
export interface AnswerForm {
  readonly format: 'b64_json' | 'url'
  readonly hasBody: boolean
  /** The link to a picture, which works for a time from then on. */
  readonly linkOf: (imageId: string, from: Instant) => string
}

/**
 * Sends the answer: base64 is spliced between constant pieces of JSON, never parsed or stringified.
 */
export async function sendImages(
  reply: FastifyReply,
  result: GatewayResult,
  form: AnswerForm,
): Promise<void> {
  try {
    if (form.format === 'url') sendLinks(reply, result, form)
    else await sendBytes(reply, result, form)
  } finally {
    result.release()
  }
}

function sendLinks(reply: FastifyReply, result: GatewayResult, form: AnswerForm): void {
  const data = result.images.map(({ record }) => ({
    url: form.linkOf(record.id, result.answeredAt),
    revised_prompt: record.revisedPrompt,
  }))
  reply
    .headers(resultHeaders(result))
    .send({ ...answerFields(result), data, ...tail(result, form) })
}

const tail = (result: GatewayResult, form: AnswerForm) => ({
  usage: usageOf(result),
  ...(form.hasBody ? { keeprate: keeprateObjectOf(result) } : {}),
})

const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4

async function sendBytes(
  reply: FastifyReply,
  result: GatewayResult,
  form: AnswerForm,
): Promise<void> {
  // A cached picture is read here, while an error can still be answered properly.
  const pictures = await Promise.all(result.images.map((image) => image.load()))
  const head = `${JSON.stringify(answerFields(result)).slice(0, -1)},"data":[`
  const rest = JSON.stringify(tail(result, form)).slice(1)
  const end = `]${rest === '}' ? '' : ','}${rest}`
  const openings = result.images.map(({ record }, index) => {
    const prompt = record.revisedPrompt
    const revised = prompt === undefined ? '' : `"revised_prompt":${JSON.stringify(prompt)},`
    return `${index === 0 ? '' : ','}{${revised}"b64_json":"`
  })
  const closing = '"}'
  const length =
    Buffer.byteLength(head) +
    Buffer.byteLength(end) +
    openings.reduce((sum, text) => sum + Buffer.byteLength(text) + closing.length, 0) +
    pictures.reduce((sum, bytes) => sum + base64Length(bytes.length), 0)
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    ...resultHeaders(result),
    'content-type': 'application/json; charset=utf-8',
    'content-length': length,
  })
  if (length <= WHOLE_BYTES) {
    const texts = pictures.map((bytes, index) => openings[index] + toBase64(bytes) + closing)
    raw.end(head + texts.join('') + end)
    return
  }
  await write(raw, head)
  for (const [index, bytes] of pictures.entries()) {
    await write(raw, openings[index] ?? '')
    await writeBase64(raw, bytes)
    await write(raw, closing)
  }
  raw.end(end)
}

const toBase64 = (bytes: Uint8Array, start = 0, end = bytes.length): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64', start, end)

/** Writes with back-pressure; false when the client has gone. */
export async function write(raw: ServerResponse, text: string): Promise<boolean> {
  if (raw.destroyed) return false
  if (!raw.write(text, 'utf8')) await drained(raw)
  return !raw.destroyed
}

/** Writes bytes as base64, a slice at a time, with back-pressure. */
async function writeBase64(raw: ServerResponse, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    if (raw.destroyed) return
    const text = toBase64(bytes, start, Math.min(start + SLICE_BYTES, bytes.length))
    if (!raw.write(text, 'latin1')) await drained(raw)
  }
}

/** Until the client has taken what was written, or has gone. No listener stays behind. */
const drained = (raw: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      raw.off('drain', end).off('close', end)
      resolve()
    }
    raw.on('drain', end).on('close', end)
  })
