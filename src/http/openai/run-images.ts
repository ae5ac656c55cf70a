import type { FastifyReply, FastifyRequest } from 'fastify'
import { normaliseRequest } from '../../core/request/normalise.ts'
import { callerOf } from '../auth.ts'
import type { HttpContext } from '../context.ts'
import { baseUrlOf } from '../errors.ts'
import type { Wanted } from './read-wanted.ts'
import { sendImages } from './send-images.ts'
import { streamImages } from './stream-images.ts'

/** Runs a request and answers with its pictures, as JSON or as a stream. */
export async function runImages(
  { draft, extras, responseFormat }: Wanted,
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
): Promise<FastifyReply> {
  const normal = normaliseRequest(draft)
  const caller = callerOf(request)
  const { gateway, links } = context
  const baseUrl = context.publicUrl ?? baseUrlOf(request)
  const hasBody = extras.hasBody ?? context.bodyExtension
  if (normal.partialImages !== undefined) {
    const kind = normal.operation === 'generate' ? 'image_generation' : 'image_edit'
    await streamImages(reply, normal, {
      kind,
      hasBody,
      baseUrl,
      start: (onPartial) => gateway.submit(normal, caller, { onPartial }),
    })
    return reply
  }
  const result = await gateway.generate(normal, caller)
  await sendImages(reply, result, {
    format: responseFormat ?? 'b64_json',
    hasBody,
    linkOf: (imageId) => `${baseUrl}${links.sign(imageId, gateway.deps.clock.now())}`,
  })
  return reply
}
