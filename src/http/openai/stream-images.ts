import type { FastifyReply } from 'fastify'
import type { JsonObject } from '../../core/json.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import type { Ticket } from '../../gateway/pipeline.ts'
import type { GatewayResult } from '../../gateway/result.ts'
import type { PartialImage } from '../../ports/provider.ts'
import { printError, toGatewayError } from '../errors.ts'
import { answerFields, keeprateObjectOf, usageOf } from './answer.ts'
import { write } from './send-images.ts'

/** A comment this often keeps proxies from closing a silent stream, in milliseconds. */
const COMMENT_MS = 15_000

/** What a stream needs beside the request. */
export interface StreamForm {
  readonly kind: 'image_generation' | 'image_edit'
  readonly hasBody: boolean
  readonly baseUrl: string
  /** Starts the work, with an ear for partial images. */
  readonly start: (onPartial: (partial: PartialImage) => void) => Ticket
}

/**
 * Answers with server-sent events: partial images as they come, one completed event per picture.
 * The status is sent with the first of them (or the first comment), so what fails before is an
 * ordinary error answer with its own status; later troubles are events.
 * @throws GatewayError when nothing was sent yet.
 */
export async function streamImages(
  reply: FastifyReply,
  request: ImageRequest,
  form: StreamForm,
): Promise<void> {
  const { raw } = reply
  const queue = createQueue()
  const ticket = form.start((partial) => queue.push(partialEvent(form, request, partial)))
  const comments = setInterval(() => queue.push(': keeprate\n\n'), COMMENT_MS)
  const failed = ticket.result
    .then((result) => pushCompleted(queue, form, result))
    .then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    .finally(() => {
      clearInterval(comments)
      queue.end()
    })
  let isOpen = false
  for await (const text of queue) {
    if (!isOpen) openStream(reply, ticket)
    isOpen = true
    // A client that went away does not stop the work; what it made is kept.
    if (!(await write(raw, text))) break
  }
  const failure = await failed
  if (failure !== undefined && !isOpen) throw failure.error
  if (failure !== undefined) await write(raw, errorEvent(form, ticket, failure.error))
  raw.end()
}

function openStream(reply: FastifyReply, ticket: Ticket): void {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    'x-request-id': ticket.requestId,
  })
}

interface Queue extends AsyncIterable<string> {
  push(text: string): void
  end(): void
}

/** Texts waiting for the socket: bounded by the partial images and pictures of one request. */
function createQueue(): Queue {
  const waiting: string[] = []
  let isEnded = false
  let wake: () => void = () => undefined
  return {
    push: (text) => {
      waiting.push(text)
      wake()
    },
    end: () => {
      isEnded = true
      wake()
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        const text = waiting.shift()
        if (text !== undefined) yield text
        else if (isEnded) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}

const event = (type: string, data: JsonObject): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** OpenAI's clients expect all of these fields in every event. */
const eventFields = (request: ImageRequest, fields: JsonObject): JsonObject => ({
  created_at: fields.created ?? 0,
  size: fields.size ?? (request.size ? `${request.size.width}x${request.size.height}` : 'auto'),
  quality: fields.quality ?? request.quality ?? 'auto',
  background: fields.background ?? request.background ?? 'auto',
  output_format: fields.output_format ?? request.format ?? 'png',
})

function partialEvent(form: StreamForm, request: ImageRequest, partial: PartialImage): string {
  return event(`${form.kind}.partial_image`, {
    b64_json: base64(partial.bytes),
    partial_image_index: partial.index,
    ...eventFields(request, { created: Math.floor(Date.now() / 1000) }),
  })
}

async function pushCompleted(queue: Queue, form: StreamForm, result: GatewayResult): Promise<void> {
  try {
    for (const image of result.images) {
      const { width, height, format } = image.record
      const { created, ...rest } = answerFields(result)
      queue.push(
        event(`${form.kind}.completed`, {
          b64_json: base64(await image.load()),
          created_at: created,
          quality: 'auto',
          background: 'auto',
          ...JSON.parse(JSON.stringify(rest)),
          size: `${width}x${height}`,
          output_format: format,
          usage: usageOf(result) ?? NO_USAGE,
          ...(form.hasBody ? { keeprate: keeprateObjectOf(result) } : {}),
        }),
      )
    }
  } finally {
    result.release()
  }
}

/** The field is required in completed events; zeros when the provider does not count tokens. */
const NO_USAGE: JsonObject = {
  input_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
  output_tokens: 0,
  total_tokens: 0,
}

function errorEvent(form: StreamForm, ticket: Ticket, error: unknown): string {
  const known = toGatewayError(error)
  const body = printError(known, known.requestId ?? ticket.requestId, form.baseUrl)
  return event('error', body)
}
