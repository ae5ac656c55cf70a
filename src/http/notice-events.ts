import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import { firstId, isId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import type { KeptNotice } from '../core/notices/delivery.ts'
import { isNoticeType, isPattern, matchesPattern, type Notice } from '../core/notices/notice.ts'
import { noticeBody } from '../core/notices/notice-body.ts'
import { sampleNotice } from '../core/notices/sample-notice.ts'
import { type Hearing, hearNotices } from '../gateway/hear-notices.ts'
import { callerOf } from './auth.ts'
import { watchClient } from './client-gone.ts'
import type { HttpContext } from './context.ts'
import { baseUrlOf } from './errors.ts'
import { COMMENT, COMMENT_MS, openStream, printEvent } from './event-stream.ts'
import { write } from './openai/send-images.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from './route.ts'
import { destinationOwner } from './webhooks.ts'

/** Streams at one time: each holds a socket and hears everything. */
const MAX_STREAMS = 100

/**
 * Begins a stream that goes on from nowhere. Its id is a cursor, so that whoever is cut off before
 * the first event knows where to go on; an id without data would be enough for the standard, but
 * not for most readers.
 */
export const LISTENING = 'listening'

const streamQuery = z.strictObject({
  events: z
    .string()
    .refine((text) => text.split(',').every(isPattern), 'must be events, such as image.*,alert.*')
    .default('*'),
})

const triggerBody = z.strictObject({ type: z.string().describe('image.completed, alert.…') })

/** Events as they happen, and events for trying a receiver. */
export function noticeRoutes(context: HttpContext): readonly RouteDefinition[] {
  const { deps } = context.gateway
  let streams = 0
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/events',
      policy: 'images:read',
      summary: 'Events as they happen; after a cut from `last-event-id` on, for ten minutes',
      query: streamQuery,
      answers: ['text/event-stream'],
      handler: async (request, reply) => {
        const { events } = readWith(streamQuery, request.query)
        if (request.method === 'HEAD') return reply.type('text/event-stream').send()
        if (streams >= MAX_STREAMS) {
          const message = `There are ${MAX_STREAMS} streams of events already.`
          throw new GatewayError('overloaded', message, { retryAfterMs: 5_000 })
        }
        const after = cursorOf(request)
        streams += 1
        const baseUrl = context.publicUrl ?? baseUrlOf(request)
        const linkOf = (id: string) => `${baseUrl}${context.links.sign(id, deps.clock.now())}`
        const { tenant, isAdmin } = destinationOwner(request)
        const hearing = {
          ...(isAdmin ? {} : { tenant }),
          ...(after === undefined ? {} : { after }),
          signal: watchClient(reply.raw).gone,
        }
        const mayHear = ({ type }: Notice): boolean =>
          events.split(',').some((one) => matchesPattern(one, type))
        try {
          await streamNotices(reply, request.id, { ...hearing, context, mayHear, linkOf })
        } finally {
          streams -= 1
        }
        return reply
      },
    }),
    defineRoute({
      method: 'POST',
      url: '/v1/webhooks/trigger',
      policy: 'images:write',
      summary: 'Send an event that says of itself that it is a test',
      body: triggerBody,
      answers: ['application/json'],
      handler: async (request) => {
        const { type } = readBody(triggerBody, request)
        if (!isNoticeType(type)) {
          throw invalid('type', `${type.slice(0, 60)} is no event, such as image.completed.`)
        }
        const notice = sampleNotice(type, callerOf(request).tenant, deps.clock.now())
        await deps.notices.tell(notice)
        return noticeBody(notice, (id) => id)
      },
    }),
  ]
}

/** @throws GatewayError when it is no id of an event. */
function cursorOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['last-event-id']
  // A reader that had no event yet says so.
  if (given === undefined || given === '') return undefined
  if (typeof given === 'string' && isId('evt', given)) return given
  throw invalid('last-event-id', 'last-event-id must be the id of an event, evt_….')
}

interface Stream extends Hearing {
  readonly context: HttpContext
  readonly mayHear: (notice: Notice) => boolean
  readonly linkOf: (imageId: string) => string
}

async function streamNotices(reply: FastifyReply, requestId: string, stream: Stream) {
  const { context, mayHear, linkOf } = stream
  const { deps } = context.gateway
  const printAt = (id: string, type: string, body: JsonObject): string =>
    `id: ${id}\n${printEvent(type, { id, ...body })}`
  const print = ({ id, notice }: KeptNotice): string => {
    const { type, ...body } = noticeBody(notice, linkOf)
    return printAt(id, String(type), body)
  }
  const start = firstId('evt', deps.clock.now())
  // Said at once, so that whoever listens knows that it does.
  const greeting = stream.after === undefined ? printAt(start, LISTENING, {}) : ': listening\n\n'
  let saidAt = deps.clock.monotonicMs()
  const say = (text: string): Promise<boolean> => {
    saidAt = deps.clock.monotonicMs()
    return write(reply.raw, text)
  }
  try {
    for await (const told of hearNotices(stream, deps)) {
      if (!reply.raw.headersSent) {
        openStream(reply, requestId)
        if (!(await say(greeting))) break
      }
      const text = told
        .filter(({ notice }) => mayHear(notice))
        .map(print)
        .join('')
      const isSilent = deps.clock.monotonicMs() - saidAt >= COMMENT_MS
      if (text !== '' || isSilent) if (!(await say(text || COMMENT))) break
      // A stream without an end would keep a server from closing.
      if (!context.gateway.isAccepting) break
    }
  } catch (error) {
    if (!reply.raw.headersSent) throw error
    deps.log.warn({ error }, 'a stream of events ends before its time')
  } finally {
    if (reply.raw.headersSent) reply.raw.end()
  }
}
