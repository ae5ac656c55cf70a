import type { FastifyReply } from 'fastify'
import type { JsonObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import type { OpenAnswer } from '../../gateway/open-answer.ts'
import type { GatewayResult } from '../../gateway/result.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PartialImage } from '../../ports/provider.ts'
import { printError, toGatewayError } from '../errors.ts'
import {
  base64Of,
  createEventQueue,
  type EventQueue,
  keepAlive,
  openStream,
  printEvent,
} from '../event-stream.ts'
import { answerFields, keeprateObjectOf, usageOf } from './answer.ts'
import { write } from './send-images.ts'

/** What a stream needs beside the request. */
export interface StreamForm {
  readonly kind: 'image_generation' | 'image_edit'
  readonly hasBody: boolean
  readonly baseUrl: string
  readonly clock: Clock
  /** Starts the work, with an ear for partial images. */
  readonly start: (onPartial: (partial: PartialImage) => void) => Promise<OpenAnswer>
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
  const queue = createEventQueue()
  const ticket = await form.start((partial) => queue.push(partialEvent(form, request, partial)))
  const quiet = keepAlive(queue, form.clock)
  const failed = ticket.result
    .then((result) => pushCompleted(queue, form, result))
    .then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    .finally(() => {
      quiet()
      queue.end()
    })
  let isOpen = false
  for await (const text of queue) {
    if (!isOpen) openStream(reply, ticket.requestId)
    isOpen = true
    // A client that went away does not stop calls that run; what they make is kept.
    if (!(await write(raw, text))) break
  }
  const failure = await failed
  if (failure !== undefined && !isOpen) throw failure.error
  if (failure !== undefined) await write(raw, errorEvent(form, ticket, failure.error))
  raw.end()
}

/** OpenAI's clients expect all of these fields in every event. */
const eventFields = (request: ImageRequest, fields: JsonObject): JsonObject => ({
  created_at: fields.created ?? 0,
  size: fields.size ?? (request.size ? `${request.size.width}x${request.size.height}` : 'auto'),
  quality: fields.quality ?? request.quality ?? 'auto',
  background: fields.background ?? request.background ?? 'auto',
  output_format: fields.output_format ?? request.format ?? 'png',
})

function partialEvent(form: StreamForm, request: ImageRequest, partial: PartialImage): string {
  // Drafts that stand for partial images are smaller, and previews may be of another format.
  const header = readImageHeader(partial.bytes)
  return printEvent(`${form.kind}.partial_image`, {
    b64_json: base64Of(partial.bytes),
    partial_image_index: partial.index,
    ...eventFields(request, {
      created: Math.floor(form.clock.now() / 1000),
      ...(header && { size: `${header.width}x${header.height}`, output_format: header.format }),
    }),
  })
}

async function pushCompleted(
  queue: EventQueue,
  form: StreamForm,
  result: GatewayResult,
): Promise<void> {
  try {
    for (const [index, image] of result.images.entries()) {
      const isLast = index === result.images.length - 1
      const { width, height, format } = image.record
      const { created, ...rest } = answerFields(result)
      queue.push(
        printEvent(`${form.kind}.completed`, {
          b64_json: base64Of(await image.load()),
          created_at: created,
          quality: 'auto',
          background: 'auto',
          ...JSON.parse(JSON.stringify(rest)),
          size: `${width}x${height}`,
          output_format: format,
          // Figures of the whole request stand in one event, so that who adds events up is right.
          usage: (isLast ? usageOf(result) : undefined) ?? NO_USAGE,
          ...(form.hasBody && isLast ? { keeprate: keeprateObjectOf(result) } : {}),
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

function errorEvent(form: StreamForm, ticket: OpenAnswer, error: unknown): string {
  const known = toGatewayError(error)
  const { costNano } = known
  return printEvent('error', {
    ...printError(known, known.requestId ?? ticket.requestId, form.baseUrl),
    // Too late for the header that says it otherwise.
    ...(form.hasBody && costNano !== undefined
      ? { keeprate: { cost: dollarsFromNano(costNano) } }
      : {}),
  })
}
