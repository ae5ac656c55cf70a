import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import { fileParts, toForm } from '../shared/form.ts'
import { postJson, type WireRequest } from '../shared/wire-request.ts'

/** Where Leonardo lets a file be put: a form of the storage behind it, good for two minutes. */
interface Place {
  readonly id: string
  readonly url: string
  readonly fields: JsonObject
}

/**
 * Asks for a place for each input image and puts it there, in turns. A place that cannot be read
 * ends the uploads: the call then names no image, and is refused.
 */
export function toUpload(
  { images }: Pick<ProviderCall, 'images'>,
  answers: readonly HttpAnswer[],
): WireRequest | undefined {
  const image = images[Math.floor(answers.length / 2)]
  if (image === undefined) return undefined
  if (answers.length % 2 === 0) {
    return postJson('/init-image', { extension: extensionOf(image) })
  }
  const place = placeOf(answers.at(-1))
  if (place === undefined) return undefined
  // The fields of the form come first, and the file last: the storage reads no further.
  return toForm(
    place.url,
    place.fields,
    fileParts({ images: [image] }, () => 'file'),
  )
}

const extensionOf = ({ format }: InputBytes): string => (format === 'jpeg' ? 'jpg' : format)

/** The ids of what was put, in order; an empty one for what cannot be read, which is refused. */
export const uploadedIds = (answers: readonly HttpAnswer[]): readonly string[] =>
  answers.filter((_, index) => index % 2 === 0).map((answer) => placeOf(answer)?.id ?? '')

function placeOf(answer: HttpAnswer | undefined): Place | undefined {
  const json = answer?.json
  const place = isObject(json) && isObject(json.uploadInitImage) ? json.uploadInitImage : {}
  const { id, url, fields } = place
  if (typeof id !== 'string' || typeof url !== 'string' || !URL.canParse(url)) return undefined
  return { id, url, fields: fieldsOf(fields) }
}

/** The form comes as JSON inside of JSON. */
function fieldsOf(text: unknown): Place['fields'] {
  try {
    const fields: unknown = typeof text === 'string' ? JSON.parse(text) : text
    return isObject(fields) ? (fields as JsonObject) : {}
  } catch {
    return {}
  }
}
