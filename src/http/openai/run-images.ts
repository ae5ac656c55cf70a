import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalid } from '../../core/errors/gateway-error.ts'
import { withUsualCount } from '../../core/purpose/image-count.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import { normaliseRequest } from '../../core/request/normalise.ts'
import { explainRoute, printRoute } from '../../gateway/explain-route.ts'
import type { Watch } from '../../gateway/run.ts'
import { callerOf } from '../auth.ts'
import { watchClient } from '../client-gone.ts'
import type { HttpContext } from '../context.ts'
import { throughOf } from '../loop.ts'
import { pictureBase } from '../picture-base.ts'
import { answerLater } from './answer-later.ts'
import { answerQueued, isForQueue } from './answer-queued.ts'
import { handOver } from './hand-over.ts'
import { mayBeSplit } from './may-be-split.ts'
import { type Preference, readPrefer } from './prefer.ts'
import type { Wanted } from './read-wanted.ts'
import { withReferences } from './references.ts'
import { type AnswerForm, sendImages } from './send-images.ts'
import { streamImages } from './stream-images.ts'

/**
 * Runs a request and answers with its pictures, as JSON or as a stream, or with the job that makes
 * them. A caller that goes away before it was answered wants nothing more.
 */
export async function runImages(
  wanted: Wanted,
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
): Promise<FastifyReply> {
  const { purposes } = context.gateway.deps
  const { extras, responseFormat } = wanted
  const draft = await withReferences(wanted, callerOf(request).tenant, context)
  const normal = normaliseRequest(withUsualCount(draft, purposes))
  const preference = readPrefer(request.headers.prefer)
  refuseBoth(normal, preference)
  const caller = callerOf(request)
  const { gateway, links } = context
  if (normal.webhook !== undefined) gateway.deps.notices.checkUrl('webhook', normal.webhook)
  if (extras.isDryRun === true) {
    return reply.send(printRoute(await explainRoute(normal, caller, gateway.deps)))
  }
  const { clock } = gateway.deps
  const baseUrl = pictureBase(request, context)
  const hasBody = extras.hasBody ?? context.bodyExtension
  const form: AnswerForm = {
    format: responseFormat ?? 'b64_json',
    hasBody,
    linkOf: (imageId, from) => `${baseUrl}${links.sign(imageId, from)}`,
  }
  const client = watchClient(reply.raw)
  const watch = { gone: client.gone, mayBeSplit: mayBeSplit(request), ...throughOf(request) }
  const { format } = form
  const asked = {
    request: normal,
    caller,
    form: { format, hasBody, isLater: preference !== undefined },
  }
  if (isForQueue(normal, preference, clock.now())) {
    client.unwatch()
    await answerQueued(reply, asked, request, gateway)
    return reply
  }
  const start = (more: Watch = {}) =>
    handOver(gateway, { ...asked, watch: { ...watch, ...more } }, request, reply)
  if (preference !== undefined) {
    await answerLater(reply, preference, {
      client,
      form,
      gateway,
      start: (onAccepted) => start({ onAccepted }),
    })
  } else if (normal.partialImages !== undefined) {
    const kind = normal.operation === 'generate' ? 'image_generation' : 'image_edit'
    await streamImages(reply, normal, {
      kind,
      hasBody,
      baseUrl,
      clock,
      start: (onPartial) => start({ onPartial }),
    })
  } else {
    const { result } = await start()
    await sendImages(reply, await result, form)
  }
  return reply
}

/** A stream begins at once; a job that streams to whoever listens is asked for without a wait. */
function refuseBoth({ partialImages }: ImageRequest, preference: Preference | undefined): void {
  if (partialImages === undefined || preference === undefined || preference.waitMs === 0) return
  const message = 'A stream does not wait; send Prefer: respond-async, or no stream.'
  throw invalid('Prefer', message)
}
