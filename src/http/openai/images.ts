import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import { normaliseRequest } from '../../core/request/normalise.ts'
import { callerOf } from '../auth.ts'
import type { HttpContext } from '../context.ts'
import { baseUrlOf } from '../errors.ts'
import { defineRoute, type RouteDefinition } from '../route.ts'
import { editBody, generationBody } from './body.ts'
import {
  MAX_EDIT_JSON,
  readEditForm,
  readEditJson,
  readGeneration,
  type Wanted,
} from './read-wanted.ts'
import { sendImages } from './send-images.ts'
import { streamImages } from './stream-images.ts'

const answers = ['application/json', 'text/event-stream']

/** OpenAI's three image routes. */
export const imageRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'POST',
    url: '/v1/images/generations',
    policy: 'images:write',
    summary: 'Generate images from a prompt',
    body: generationBody,
    answers,
    handler: async (request, reply) => run(readGeneration(request), request, reply, context),
  }),
  defineRoute({
    method: 'POST',
    url: '/v1/images/edits',
    policy: 'images:write',
    summary: 'Edit images, with or without a mask',
    body: editBody,
    multipart: true,
    bodyLimit: MAX_EDIT_JSON,
    answers,
    handler: async (request, reply) => {
      const wanted = request.isMultipart()
        ? await readEditForm(request, context)
        : await readEditJson(request, context)
      return run(wanted, request, reply, context)
    },
  }),
  defineRoute({
    method: 'POST',
    url: '/v1/images/variations',
    policy: 'images:write',
    summary: 'Make variations of an image',
    multipart: true,
    answers,
    handler: async (request, reply) => {
      if (!request.isMultipart()) {
        const message = 'Variations take multipart/form-data with a file named image.'
        throw new GatewayError('unsupported_media_type', message)
      }
      const { draft, ...rest } = await readEditForm(request, context)
      return run({ ...rest, draft: { ...draft, operation: 'variation' } }, request, reply, context)
    },
  }),
]

async function run(
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
