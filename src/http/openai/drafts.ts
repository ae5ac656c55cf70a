import type { ImageRecord } from '../../core/jobs/request-record.ts'
import type { JsonValue } from '../../core/json.ts'
import { USUAL_DRAFTS } from '../../core/routing/draft-requests.ts'
import type { HttpContext } from '../context.ts'
import { onlyOperation, readExtras } from '../extras.ts'
import { defineRoute, type RouteDefinition, readBody } from '../route.ts'
import { fromBody, generationBody, refineBody } from './body.ts'
import { handOverHeaders as headers } from './hand-over.ts'
import { MAX_REFERENCE_JSON, readGeneration } from './read-wanted.ts'
import { runImages } from './run-images.ts'
import { storedInput } from './stored-input.ts'

const answers = ['application/json', 'text/event-stream']

/** Drafting in two steps, for callers who pick by themselves. */
export const draftRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'POST',
    url: '/v1/images/drafts',
    policy: 'images:write',
    summary: 'Make cheap drafts, to pick one and refine it; an ordinary generation otherwise',
    body: generationBody,
    bodyLimit: MAX_REFERENCE_JSON,
    headers,
    answers,
    answersLater: true,
    handler: async (request, reply) => {
      const wanted = readGeneration(request)
      const { model, quality, n } = wanted.draft
      const draft = {
        ...wanted.draft,
        model: model ?? 'auto:cheapest',
        quality: quality ?? 'low',
        n: n ?? USUAL_DRAFTS,
      }
      return runImages({ ...wanted, draft }, request, reply, context)
    },
  }),
  defineRoute({
    method: 'POST',
    url: '/v1/images/:id/refine',
    policy: 'images:write',
    summary: 'Make a finished picture of a draft: an edit of it, by the words it was drafted with',
    body: refineBody,
    headers,
    answers,
    answersLater: true,
    handler: async (request, reply) => {
      const body = readBody(refineBody, request)
      const extras = readExtras(request.headers, body.keeprate)
      const { record, input } = await storedInput(request, context)
      const made = await madeOf(record, context)
      const asked = fromBody(onlyOperation('edit', extras), body, extras.draft)
      const isOwnPurpose = asked.purpose !== undefined || body.model?.startsWith('auto:') === true
      const draft = {
        ...asked,
        ...(isOwnPurpose ? {} : { purpose: made.purpose }),
        model: body.model ?? 'auto',
        prompt: body.prompt ?? made.prompt,
        // One was picked, and one is wanted of it, whatever its purpose usually asks for.
        n: body.n ?? 1,
        images: [input],
        refines: record.id,
      }
      return runImages(
        { draft, extras, responseFormat: body.response_format },
        request,
        reply,
        context,
      )
    },
  }),
]

/** What a picture was made of, and for; neither when it is not kept any more. */
async function madeOf({ requestId }: ImageRecord, { gateway }: HttpContext) {
  const record = await gateway.deps.stores.requests.request(requestId)
  const { prompt, purpose } = record?.request ?? {}
  return { prompt: textOr(prompt), purpose: textOr(purpose) }
}

const textOr = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined
