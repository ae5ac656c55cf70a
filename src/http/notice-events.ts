import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import { isNoticeType, isPattern, matchesPattern, type Notice } from '../core/notices/notice.ts'
import { noticeBody } from '../core/notices/notice-body.ts'
import { sampleNotice } from '../core/notices/sample-notice.ts'
import type { DestinationOwner } from '../gateway/destination-desk.ts'
import { callerOf } from './auth.ts'
import { watchClient } from './client-gone.ts'
import type { HttpContext } from './context.ts'
import { baseUrlOf } from './errors.ts'
import { createEventQueue, keepAlive, openStream, printEvent } from './event-stream.ts'
import { write } from './openai/send-images.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from './route.ts'
import { destinationOwner } from './webhooks.ts'

/** How often a stream looks whether the server closes, in milliseconds. */
const LOOK_MS = 500

/** Streams at one time: each holds a socket and hears everything. */
const MAX_STREAMS = 100

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
      summary: 'Events of this process as they happen, for development; webhooks lose none',
      query: streamQuery,
      answers: ['text/event-stream'],
      handler: async (request, reply) => {
        const { events } = readWith(streamQuery, request.query)
        if (request.method === 'HEAD') return reply.type('text/event-stream').send()
        if (streams >= MAX_STREAMS) {
          const message = `There are ${MAX_STREAMS} streams of events already.`
          throw new GatewayError('overloaded', message, { retryAfterMs: 5_000 })
        }
        streams += 1
        const baseUrl = context.publicUrl ?? baseUrlOf(request)
        const linkOf = (id: string) => `${baseUrl}${context.links.sign(id, deps.clock.now())}`
        const owner = destinationOwner(request)
        const mayHear = (notice: Notice): boolean =>
          isOwn(notice, owner) && events.split(',').some((one) => matchesPattern(one, notice.type))
        try {
          await streamNotices(reply, request.id, { context, mayHear, linkOf })
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

const isOwn = ({ tenant }: Notice, owner: DestinationOwner): boolean =>
  owner.isAdmin || tenant === owner.tenant

interface Stream {
  readonly context: HttpContext
  readonly mayHear: (notice: Notice) => boolean
  readonly linkOf: (imageId: string) => string
}

async function streamNotices(
  reply: FastifyReply,
  requestId: string,
  { context, mayHear, linkOf }: Stream,
): Promise<void> {
  const { notices, clock } = context.gateway.deps
  const queue = createEventQueue()
  const deaf = notices.listen((notice) => {
    const { type, ...body } = noticeBody(notice, linkOf)
    if (mayHear(notice)) queue.push(printEvent(String(type), body))
  })
  const quiet = keepAlive(queue, clock)
  const over = new AbortController()
  watchClient(reply.raw).gone.addEventListener('abort', () => queue.end())
  endWithGateway(context, over.signal, () => queue.end()).catch(() => undefined)
  openStream(reply, requestId)
  // Said at once, so that whoever listens knows that it does.
  queue.push(': listening\n\n')
  try {
    for await (const text of queue) {
      if (!(await write(reply.raw, text))) break
    }
  } finally {
    over.abort()
    deaf()
    quiet()
    reply.raw.end()
  }
}

/** A stream without an end would keep a server from closing. */
async function endWithGateway(
  { gateway }: HttpContext,
  over: AbortSignal,
  end: () => void,
): Promise<void> {
  while (gateway.isAccepting) await gateway.deps.clock.sleep(LOOK_MS, over)
  end()
}
