import type { CallPlan } from '../core/catalog/call-plan.ts'
import type { InputImage } from '../core/request/image-request.ts'
import type { HttpAnswer } from '../ports/http-client.ts'
import type { ProviderCall } from '../ports/provider.ts'
import type { ProviderDefinition, WireRequest } from '../providers/shared/definition.ts'

/** Facts of a PNG of these pixels. */
export const inputOf = (width: number, height: number): InputImage => ({
  digest: 'a'.repeat(64),
  format: 'png',
  width,
  height,
  byteLength: 3,
  hasAlpha: false,
})

/**
 * A call of one model with nothing but a prompt, and what is changed.
 * @param bytes of each input image and of the mask.
 */
export function callOf(
  definition: ProviderDefinition,
  id: string,
  changes: Partial<CallPlan> = {},
  bytes: Uint8Array = Uint8Array.of(1, 2, 3),
): ProviderCall {
  const model = definition.models.find((candidate) => candidate.id === id)
  if (model === undefined) throw new Error(`there is no model ${id}`)
  const { images = [], mask, ...rest } = changes
  return {
    model,
    operation: 'generate',
    prompt: 'a lighthouse at dusk',
    n: 1,
    settings: {},
    expectedSize: model.defaultSize,
    options: {},
    ...rest,
    attemptId: 'att_1',
    safetyIdentifier: 'hash',
    images: images.map((image) => ({ ...image, bytes })),
    ...(mask === undefined ? {} : { mask: { ...mask, bytes } }),
  }
}

/** The JSON body of a request; undefined when it has none. */
export const jsonOf = ({ body }: WireRequest): unknown =>
  body?.kind === 'json' ? body.value : undefined

/** A JSON body as it goes over the wire: members that are undefined are not there. */
export const sentBy = (request: WireRequest) => JSON.parse(JSON.stringify(jsonOf(request) ?? null))

/** The parts of a form as `name=value`, files by their names; none when it is no form. */
export const formOf = ({ body }: WireRequest): readonly string[] =>
  (body?.kind === 'multipart' ? body.parts : []).map(
    (part) => `${part.name}=${'value' in part ? part.value : part.filename}`,
  )

/** The fields of a form, without its files; none when the request is no form. */
export const fieldsOf = ({ body }: WireRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (body?.kind === 'multipart' ? body.parts : []).flatMap((part) =>
      'value' in part ? [[part.name, part.value]] : [],
    ),
  )

/** An answer in JSON. */
export const answerOf = (status: number, json: unknown, headers = {}): HttpAnswer => ({
  status,
  headers,
  json,
  images: [],
})
