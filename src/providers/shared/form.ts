import type { JsonObject } from '../../core/json.ts'
import type { MultipartPart } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import type { WireRequest } from './definition.ts'

const filePart = (
  name: string,
  { bytes, format }: Pick<InputBytes, 'bytes' | 'format'>,
): MultipartPart => ({
  name,
  filename: `${name.replace('[]', '')}.${format}`,
  contentType: `image/${format}`,
  bytes,
})

/**
 * The input images and the mask of a call as parts of a form.
 * @param nameOf the field of each image; `image` for all of them where it is not given.
 */
export const fileParts = (
  { images, mask }: Pick<ProviderCall, 'images' | 'mask'>,
  nameOf: (index: number) => string = () => 'image',
): readonly MultipartPart[] => [
  ...images.map((image, index) => filePart(nameOf(index), image)),
  ...(mask === undefined ? [] : [filePart('mask', mask)]),
]

/**
 * A request that is a form: first the fields, then the files. Fields without a value are left out,
 * objects and lists are printed as JSON.
 */
export function toForm(
  url: string,
  fields: JsonObject,
  files: readonly MultipartPart[],
): WireRequest {
  const values = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, value: printed(value) }))
  return { method: 'POST', url, body: { kind: 'multipart', parts: [...values, ...files] } }
}

const printed = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)
