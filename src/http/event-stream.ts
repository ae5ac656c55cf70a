import type { FastifyReply } from 'fastify'
import type { JsonObject } from '../core/json.ts'
import type { Clock } from '../ports/clock.ts'

/**
 * A comment this often keeps proxies from closing a silent stream, in milliseconds: the usual ones
 * wait for 60 s (`proxy_read_timeout` of nginx, nginx.org/en/docs, read 2026-11-20).
 */
export const COMMENT_MS = 15_000
/** What is said then. */
export const COMMENT = ': keeprate\n\n'

/** Texts of a stream that wait for the socket. */
export interface EventQueue extends AsyncIterable<string> {
  push(text: string): void
  end(): void
}

/** Makes an empty queue; whoever pushes bounds what lies in it. */
export function createEventQueue(): EventQueue {
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

/** Pushes comments, so that the stream is never silent for long. @returns what ends them. */
export function keepAlive(queue: EventQueue, clock: Clock): () => void {
  const over = new AbortController()
  const comment = async (): Promise<void> => {
    while (true) {
      await clock.sleep(COMMENT_MS, over.signal)
      queue.push(COMMENT)
    }
  }
  comment().catch(() => undefined)
  return () => over.abort()
}

/** Sends the status of a stream and takes the socket over. */
export function openStream(reply: FastifyReply, requestId: string): void {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    // nginx passes the events on as they come.
    'x-accel-buffering': 'no',
    'x-request-id': requestId,
  })
}

/** One event; its type stands in the data as well, as in OpenAI's streams. */
export const printEvent = (type: string, data: JsonObject): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

/** Bytes of a picture as an event carries them. */
export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
