import type { FastifyReply, FastifyRequest } from 'fastify'
import { fingerprintText } from '../../core/answers/fingerprint.ts'
import { readIdempotencyKey } from '../../core/answers/idempotency-key.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import type { Instant } from '../../core/time.ts'
import type { Caller } from '../../gateway/dependencies.ts'
import { enqueueOnce } from '../../gateway/enqueue-once.ts'
import type { Gateway } from '../../gateway/gateway.ts'
import { printJobLine } from '../print-job.ts'
import type { Preference } from './prefer.ts'

/**
 * Whether a request is to wait for its turn, behind all others or until its time. Anything else
 * that is answered later is begun at once.
 * @throws GatewayError for a time that a caller would have to wait for.
 */
export function isForQueue(
  { notBefore = 0, priority, partialImages }: ImageRequest,
  preference: Preference | undefined,
  now: Instant,
): boolean {
  if (preference === undefined && notBefore > now) {
    throw invalid('not_before', 'not_before needs the header Prefer: respond-async.')
  }
  if (preference === undefined || partialImages !== undefined) return false
  return notBefore > now || priority === 'low'
}

/** Answers with 202 and the job, which waits in the queue. */
export async function answerQueued(
  reply: FastifyReply,
  asked: { readonly request: ImageRequest; readonly caller: Caller; readonly form: JsonObject },
  { headers }: FastifyRequest,
  gateway: Gateway,
): Promise<void> {
  const { deps } = gateway
  const name = headers['idempotency-key']
  const claim = {
    fingerprint: deps.sha256(fingerprintText(asked.request, asked.form)),
    ...(name === undefined ? {} : { name: readIdempotencyKey(String(name)) }),
  }
  const { id, isReplay } = await enqueueOnce(asked, claim, gateway)
  const record = await deps.stores.requests.request(id)
  if (record === undefined) throw new TypeError('a job vanished')
  if (isReplay) reply.header('idempotent-replayed', 'true')
  reply
    .status(202)
    .headers({
      'x-request-id': id,
      location: `/v1/jobs/${id}`,
      'preference-applied': 'respond-async',
    })
    .send(printJobLine(record))
}
