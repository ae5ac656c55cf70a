import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { InputImage } from '../../core/request/image-request.ts'
import type { Operation } from '../../core/request/operation.ts'
import type { RequestDraft } from '../../core/request/request-draft.ts'
import type { HttpContext } from '../context.ts'
import { type Extras, onlyOperation, readExtras } from '../extras.ts'
import { readBody, readWith } from '../route.ts'
import { editBody, formFields, fromBody, generationBody } from './body.ts'
import { readForm } from './form.ts'
import { readReference } from './input-images.ts'

/**
 * Largest JSON body of an edit: one picture of 50 MB as base64, and the rest. A multipart body is
 * streamed and has limits of its own.
 */
export const MAX_EDIT_JSON = 72 * 1024 * 1024

/** Largest JSON body of a generation: one picture to compare with of 16 MB, and the rest. */
export const MAX_REFERENCE_JSON = 24 * 1024 * 1024

/** What a route read from its caller. */
export interface Wanted {
  readonly draft: RequestDraft
  readonly extras: Extras
  /** Undefined = OpenAI's default for GPT image models, `b64_json`. */
  readonly responseFormat: 'url' | 'b64_json' | null | undefined
}

type Headers = FastifyRequest['headers']

/** Reads the body of a generation. */
export const readGeneration = (request: FastifyRequest): Wanted =>
  toGeneration(readBody(generationBody, request), request.headers)

/** What the body of a generation and our headers ask for. */
export function toGeneration(body: z.infer<typeof generationBody>, headers: Headers): Wanted {
  const extras = readExtras(headers, body.keeprate)
  const draft = fromBody(onlyOperation('generate', extras), body, extras.draft)
  return { draft, extras, responseFormat: body.response_format }
}

/** Reads the form of an edit; its pictures are in the store when this resolves. */
export async function readEditForm(request: FastifyRequest, context: HttpContext): Promise<Wanted> {
  const form = await readForm(request, context.gateway.deps.images)
  const body = readWith(formFields, form.fields)
  const extras = readExtras(request.headers, body.keeprate)
  const { images, mask, references } = form
  const asked = { ...fromBody(editOperation(extras), body, extras.draft), images, mask }
  const draft = references.length === 0 ? asked : { ...asked, references }
  return { draft, extras, responseFormat: body.response_format }
}

/** Reads the JSON of an edit; the pictures that it names are fetched into the store. */
export const readEditJson = (request: FastifyRequest, context: HttpContext): Promise<Wanted> =>
  toEdit(readBody(editBody, request), request.headers, context)

/** What the JSON of an edit and our headers ask for; its pictures are in the store then. */
export async function toEdit(
  body: z.infer<typeof editBody>,
  headers: Headers,
  context: Pick<HttpContext, 'gateway' | 'http' | 'links'>,
): Promise<Wanted> {
  const extras = readExtras(headers, body.keeprate)
  const images: InputImage[] = []
  for (const [index, reference] of body.images.entries()) {
    images.push(await readReference(reference, `images[${index}]`, context))
  }
  const mask = body.mask == null ? undefined : await readReference(body.mask, 'mask', context)
  const draft = { ...fromBody(editOperation(extras), body, extras.draft), images, mask }
  return { draft, extras, responseFormat: body.response_format }
}

/** What an edit does: what it names, else an edit, which with a mask is an inpaint. */
function editOperation(extras: Extras): Operation {
  const { operation = 'edit' } = extras
  return operation === 'generate' ? onlyOperation('edit', extras) : operation
}
