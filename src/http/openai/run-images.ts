import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import { normaliseRequest } from '../../core/request/normalise.ts'
import { callerOf } from '../auth.ts'
import { watchClient } from '../client-gone.ts'
import type { HttpContext } from '../context.ts'
import { baseUrlOf } from '../errors.ts'
import { throughOf } from '../loop.ts'
import { answerLater } from './answer-later.ts'
import { type Preference, readPrefer } from './prefer.ts'
import type { Wanted } from './read-wanted.ts'
import { type AnswerForm, sendImages } from './send-images.ts'
import { streamImages } from './stream-images.ts'

/**
 * Runs a request and answers with its pictures, as JSON or as a stream, or with the job that makes
 * them. A caller that goes away before it was answered wants nothing more.
 */
export async function runImages(
  { draft, extras, responseFormat }: Wanted,
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
): Promise<FastifyReply> {
  const normal = normaliseRequest(draft)
  const preference = readPrefer(request.headers.prefer)
  refuseBoth(normal, preference)
  const caller = callerOf(request)
  const { gateway, links } = context
  const { clock } = gateway.deps
  const baseUrl = context.publicUrl ?? baseUrlOf(request)
  const hasBody = extras.hasBody ?? context.bodyExtension
  const form: AnswerForm = {
    format: responseFormat ?? 'b64_json',
    hasBody,
    linkOf: (imageId) => `${baseUrl}${links.sign(imageId, clock.now())}`,
  }
  const client = watchClient(reply.raw)
  const watch = { gone: client.gone, ...throughOf(request) }
  if (preference !== undefined) {
    await answerLater(reply, preference, {
      client,
      form,
      gateway,
      start: (onAccepted) => gateway.submit(normal, caller, { ...watch, onAccepted }),
    })
  } else if (normal.partialImages !== undefined) {
    const kind = normal.operation === 'generate' ? 'image_generation' : 'image_edit'
    await streamImages(reply, normal, {
      kind,
      hasBody,
      baseUrl,
      clock,
      start: (onPartial) => gateway.submit(normal, caller, { ...watch, onPartial }),
    })
  } else {
    await sendImages(reply, await gateway.generate(normal, caller, watch), form)
  }
  return reply
}

/** A stream begins at once; a job that streams to whoever listens is asked for without a wait. */
function refuseBoth({ partialImages }: ImageRequest, preference: Preference | undefined): void {
  if (partialImages === undefined || preference === undefined || preference.waitMs === 0) return
  const message = 'A stream does not wait; send Prefer: respond-async, or no stream.'
  throw invalid('Prefer', message)
}
