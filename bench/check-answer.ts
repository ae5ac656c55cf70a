/**
 * Checks one answer, every byte of it. The expected base64 is compared as text, by comparing
 * memory: stricter than a digest and ten times cheaper, so the load generator does not take the
 * processor away from what is measured. Only when the text differs is it decoded and judged by its
 * SHA-256.
 */
import { createHash } from 'node:crypto'
import type { Order } from './exchange.ts'
import { pictureBytes, pictureMark, pictureTemplate } from './pictures.ts'

/** `wrong`: a picture came, but not the one that was asked for. `broken`: not a usable answer. */
export type AnswerCheck = 'right' | 'wrong' | 'broken'

interface ImagesAnswer {
  readonly data: readonly { readonly b64_json?: unknown }[]
}

const FIELD = Buffer.from('"b64_json"', 'latin1')
const QUOTE = 0x22

/** Checks the JSON of an answer and the picture in it. */
export function checkAnswer(body: Buffer, order: Order): AnswerCheck {
  const field = body.indexOf(FIELD)
  if (field === -1) return 'broken'
  const start = body.indexOf(QUOTE, field + FIELD.length) + 1
  const end = start + pictureTemplate(order.kind).base64Length
  if (start === 0 || body[end] !== QUOTE || !isExpectedText(body.subarray(start, end), order)) {
    return checkDecoded(body, order)
  }
  const rest = body.toString('latin1', 0, start) + body.toString('utf8', end)
  const answer = parseAnswer(rest)
  return answer?.data.length === 1 && answer.data[0]?.b64_json === '' ? 'right' : 'broken'
}

function isExpectedText(text: Buffer, order: Order): boolean {
  const { head, middle, tail } = pictureTemplate(order.kind).base64
  const mark = Buffer.from(pictureMark('answer', order.sequence).toString('base64'), 'latin1')
  let offset = 0
  for (const part of [head, mark, middle, mark, tail]) {
    if (!part.equals(text.subarray(offset, offset + part.length))) return false
    offset += part.length
  }
  return offset === text.length
}

function checkDecoded(body: Buffer, order: Order): AnswerCheck {
  const answer = parseAnswer(body.toString('utf8'))
  const text = answer?.data[0]?.b64_json
  if (answer?.data.length !== 1 || typeof text !== 'string') return 'broken'
  const expected = pictureBytes(order.kind, 'answer', order.sequence)
  return digestOf(Buffer.from(text, 'base64')) === digestOf(expected) ? 'right' : 'wrong'
}

function parseAnswer(text: string): ImagesAnswer | undefined {
  try {
    const value = JSON.parse(text) as Partial<ImagesAnswer> | null
    return Array.isArray(value?.data) ? { data: value.data } : undefined
  } catch {
    return undefined
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
