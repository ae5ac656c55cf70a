import { failure, type ProviderFailure } from '../../../core/errors/provider-failure.ts'
import { isObject } from '../../../core/json.ts'
import type { HttpAnswer, ImageBytes } from '../../../ports/http-client.ts'
import type { WireImage } from '../definition.ts'

/**
 * The pictures in the `data` of an answer in the shape of OpenAI's Images API: bytes of `b64_json`
 * that came with it, or a link to fetch. No more than were asked for; an entry without either is
 * left out.
 */
export function fromPictureList(
  { json, images }: Pick<HttpAnswer, 'json' | 'images'>,
  asked: number,
): readonly WireImage[] {
  const data = isObject(json) && Array.isArray(json.data) ? json.data : []
  return data
    .slice(0, asked)
    .map((entry) => fromEntry(entry, images))
    .filter((image) => image !== undefined)
}

function fromEntry(entry: unknown, images: readonly ImageBytes[]): WireImage | undefined {
  if (!isObject(entry)) return undefined
  const { revised_prompt: revised, url } = entry
  const facts = typeof revised === 'string' ? { revisedPrompt: revised } : {}
  const image = imageAt(entry.b64_json, images)
  if (image !== undefined) return { ...image, ...facts }
  return typeof url === 'string' && url !== '' ? { url, ...facts } : undefined
}

/** The bytes that a `{ "keeprate_image": index }` points to; none where they are none. */
export function imageAt(marker: unknown, images: readonly ImageBytes[]): ImageBytes | undefined {
  if (!isObject(marker) || typeof marker.keeprate_image !== 'number') return undefined
  const image = images[marker.keeprate_image]
  return image === undefined || image.bytes.length === 0 ? undefined : image
}

/** One failure for each picture that was asked for and did not come. */
export const missingPictures = (
  asked: number,
  came: number,
  billed?: ProviderFailure['billed'],
): readonly ProviderFailure[] =>
  Array.from({ length: Math.max(0, asked - came) }, () =>
    failure(
      'bad_image',
      `wrong count: ${came} of ${asked} pictures came`,
      billed === undefined ? {} : { billed },
    ),
  )
