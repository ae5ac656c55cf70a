import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import type { Notice } from './notice.ts'

/** Bodies stay below 20 kB: receivers and their proxies bound what they take. */
const MAX_BYTES = 20_000

/**
 * The body of a webhook: `{ type, timestamp, data }`. Links to pictures are made now, so that a
 * late try carries one that still works. Members that do not fit are left out and named.
 */
export function noticeBody(notice: Notice, linkOf: (imageId: string) => string): JsonObject {
  const { type, at, data } = notice
  const images = data.images
  const linked = Array.isArray(images)
    ? { ...data, images: images.map((image) => withLink(image, linkOf)) }
    : data
  return { type, timestamp: new Date(at).toISOString(), data: fitted(linked) }
}

function withLink(image: JsonValue, linkOf: (imageId: string) => string): JsonValue {
  if (!isObject(image) || typeof image.id !== 'string') return image
  return { ...image, url: linkOf(image.id) } as JsonObject
}

const bytesOf = (value: unknown): number =>
  new TextEncoder().encode(JSON.stringify(value) ?? '').length

/** Leaves out the largest members until the rest fits, and says which. */
function fitted(data: JsonObject): JsonObject {
  const members = Object.entries(data).filter(([, value]) => value !== undefined)
  const bySize = members.toSorted(([, left], [, right]) => bytesOf(left) - bytesOf(right))
  const omitted: string[] = []
  const room = MAX_BYTES - 1_000
  while (bytesOf(Object.fromEntries(bySize)) > room) {
    const [name = ''] = bySize.pop() ?? []
    omitted.push(name)
  }
  if (omitted.length === 0) return data
  const kept = new Set(bySize.map(([name]) => name))
  const rest = Object.fromEntries(members.filter(([name]) => kept.has(name)))
  return { ...rest, omitted }
}
