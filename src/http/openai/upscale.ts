import type { HttpContext } from '../context.ts'
import { onlyOperation, readExtras } from '../extras.ts'
import { defineRoute, type RouteDefinition, readBody } from '../route.ts'
import { fromBody, upscaleBody } from './body.ts'
import { handOverHeaders } from './hand-over.ts'
import { runImages } from './run-images.ts'
import { storedInput } from './stored-input.ts'

/** Enlarges a picture that the gateway holds, without sending it again. */
export const upscaleRoute = (context: HttpContext): RouteDefinition =>
  defineRoute({
    method: 'POST',
    url: '/v1/images/:id/upscale',
    policy: 'images:write',
    summary: 'Enlarge a stored picture',
    body: upscaleBody,
    headers: handOverHeaders,
    answers: ['application/json', 'text/event-stream'],
    answersLater: true,
    handler: async (request, reply) => {
      const body = readBody(upscaleBody, request)
      const extras = readExtras(request.headers, body.keeprate)
      const draft = {
        ...fromBody(onlyOperation('upscale', extras), body, extras.draft),
        images: [(await storedInput(request, context)).input],
      }
      const wanted = { draft, extras, responseFormat: body.response_format }
      return runImages(wanted, request, reply, context)
    },
  })
