import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { HttpContext } from '../context.ts'
import { onlyOperation } from '../extras.ts'
import { defineRoute, type RouteDefinition } from '../route.ts'
import { editBody, generationBody } from './body.ts'
import { handOverHeaders as headers } from './hand-over.ts'
import {
  MAX_EDIT_JSON,
  MAX_REFERENCE_JSON,
  readEditForm,
  readEditJson,
  readGeneration,
} from './read-wanted.ts'
import { runImages } from './run-images.ts'

const answers = ['application/json', 'text/event-stream']

/** OpenAI's three image routes. */
export const imageRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'POST',
    url: '/v1/images/generations',
    policy: 'images:write',
    summary: 'Generate images from a prompt',
    body: generationBody,
    bodyLimit: MAX_REFERENCE_JSON,
    headers,
    answers,
    answersLater: true,
    handler: async (request, reply) => runImages(readGeneration(request), request, reply, context),
  }),
  defineRoute({
    method: 'POST',
    url: '/v1/images/edits',
    policy: 'images:write',
    summary: 'Edit images, with or without a mask; other operations by keeprate.operation',
    body: editBody,
    multipart: true,
    bodyLimit: MAX_EDIT_JSON,
    headers,
    answers,
    answersLater: true,
    handler: async (request, reply) => {
      const wanted = request.isMultipart()
        ? await readEditForm(request, context)
        : await readEditJson(request, context)
      return runImages(wanted, request, reply, context)
    },
  }),
  defineRoute({
    method: 'POST',
    url: '/v1/images/variations',
    policy: 'images:write',
    summary: 'Make variations of an image',
    multipart: true,
    headers,
    answers,
    answersLater: true,
    handler: async (request, reply) => {
      if (!request.isMultipart()) {
        const message = 'Variations take multipart/form-data with a file named image.'
        throw new GatewayError('unsupported_media_type', message)
      }
      const { draft, ...rest } = await readEditForm(request, context)
      const operation = onlyOperation('variation', rest.extras)
      return runImages({ ...rest, draft: { ...draft, operation } }, request, reply, context)
    },
  }),
]
