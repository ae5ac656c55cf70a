import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { normaliseRequest } from '../../core/request/normalise.ts'
import type { RequestDraft } from '../../core/request/request-draft.ts'
import { callerOf } from '../auth.ts'
import type { HttpContext } from '../context.ts'
import { baseUrlOf } from '../errors.ts'
import { type Extras, readExtras } from '../extras.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from '../route.ts'
import { editBody, formFields, fromBody, generationBody } from './body.ts'
import { readForm } from './form.ts'
import { readReference } from './input-images.ts'
import { sendImages } from './send-images.ts'
import { streamImages } from './stream-images.ts'

/**
 * Largest JSON body of an edit: one picture of 50 MB as base64, and the rest. A multipart body is
 * streamed and has limits of its own.
 */
const MAX_EDIT_JSON = 72 * 1024 * 1024

/** What a route read from its caller. */
interface Wanted {
  readonly draft: RequestDraft
  readonly extras: Extras
  /** Undefined = OpenAI's default for GPT image models, `b64_json`. */
  readonly responseFormat: 'url' | 'b64_json' | null | undefined
}

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
    handler: async (request, reply) => {
      const body = readBody(generationBody, request)
      const extras = readExtras(request.headers, body.keeprate)
      const draft = fromBody('generate', body, extras.draft)
      return run({ draft, extras, responseFormat: body.response_format }, request, reply, context)
    },
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

async function readEditForm(request: FastifyRequest, context: HttpContext): Promise<Wanted> {
  const form = await readForm(request, context.gateway.deps.images)
  const body = readWith(formFields, form.fields)
  const extras = readExtras(request.headers, body.keeprate)
  const operation = form.mask === undefined ? 'edit' : 'inpaint'
  const { images, mask } = form
  const draft = { ...fromBody(operation, body, extras.draft), images, mask }
  return { draft, extras, responseFormat: body.response_format }
}

async function readEditJson(request: FastifyRequest, context: HttpContext): Promise<Wanted> {
  const body = readBody(editBody, request)
  const extras = readExtras(request.headers, body.keeprate)
  const parts = { images: context.gateway.deps.images, http: context.http }
  const images: InputImage[] = []
  for (const [index, reference] of body.images.entries()) {
    images.push(await readReference(reference, `images[${index}]`, parts))
  }
  const mask = body.mask == null ? undefined : await readReference(body.mask, 'mask', parts)
  const operation = mask === undefined ? 'edit' : 'inpaint'
  const draft = { ...fromBody(operation, body, extras.draft), images, mask }
  return { draft, extras, responseFormat: body.response_format }
}

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
