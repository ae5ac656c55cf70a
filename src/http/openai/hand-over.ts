import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { MAX_NAME_CHARACTERS, readIdempotencyKey } from '../../core/answers/idempotency-key.ts'
import type { Asked } from '../../gateway/asked.ts'
import type { Gateway } from '../../gateway/gateway.ts'
import type { OpenAnswer } from '../../gateway/open-answer.ts'
import type { Clock } from '../../ports/clock.ts'
import { rateHeaders } from '../rate-headers.ts'

/**
 * How long after the last byte a reset still says that the answer was not read, in milliseconds.
 * The last bytes of it lie in the buffers of two machines until then.
 */
const UNREAD_MS = 5_000

/** The last answer of a connection, which a reset up to then would call unread. */
interface LastAnswer {
  readonly answer: OpenAnswer
  readonly unreadUntilMs: number
}
const lastAnswers = new WeakMap<Socket, LastAnswer>()

/** Headers of the routes whose answers can be had again. */
export const handOverHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(MAX_NAME_CHARACTERS)
    .describe('A name of your own: sent again within 24 hours it gets the same answer, paid once.'),
})

/**
 * Asks for a client, and watches whether it gets the answer: what it did not get is kept for it.
 * @throws GatewayError for what can be refused before the work starts.
 */
export async function handOver(
  gateway: Gateway,
  asked: Omit<Asked, 'idempotencyKey'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<OpenAnswer> {
  const name = request.headers['idempotency-key']
  const standing = await gateway.deps.keys.admit(asked.caller, asked.request.n)
  if (standing !== undefined) reply.headers(rateHeaders(standing))
  const answer = await gateway.answer({
    ...asked,
    ...(name === undefined ? {} : { idempotencyKey: readIdempotencyKey(String(name)) }),
  })
  if (answer.isReplay) reply.header('idempotent-replayed', 'true')
  watch(reply.raw, request.raw.socket, answer, gateway.deps.clock)
  return answer
}

function watch(raw: ServerResponse, socket: Socket, answer: OpenAnswer, clock: Clock): void {
  // Once the connection is gone `writableFinished` is true of any answer that was ended.
  let isFinished = false
  raw.once('finish', () => {
    isFinished = true
  })
  const leave = (): void => {
    const isComplete = isFinished && socket.errored === null
    answer.leave({ isComplete, isJob: raw.statusCode === 202 })
    if (isComplete) watchReset(socket, answer, clock)
  }
  if (raw.closed) leave()
  else raw.once('close', leave)
}

/** A client that closes with bytes unread resets the connection (RFC 1122, 4.2.2.13). */
function watchReset(socket: Socket, answer: OpenAnswer, clock: Clock): void {
  const isWatched = lastAnswers.has(socket)
  lastAnswers.set(socket, { answer, unreadUntilMs: clock.monotonicMs() + UNREAD_MS })
  if (isWatched) return
  socket.once('close', (hadError) => {
    const last = lastAnswers.get(socket)
    if (last === undefined || !hadError) return
    if (clock.monotonicMs() <= last.unreadUntilMs) last.answer.leave({ isComplete: false })
  })
}
