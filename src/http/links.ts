import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../core/time.ts'

/** How long a signed link works: 24 hours. */
export const LINK_LIFETIME_MS = 24 * 3_600_000

/** Signs and checks links to pictures, so that a browser can open them without a key. */
export interface Links {
  /** Path and query below the base URL. */
  sign(imageId: string, now: Instant): string
  isValid(
    imageId: string,
    query: { readonly expires?: unknown; readonly signature?: unknown },
    now: Instant,
  ): boolean
}

/**
 * Links signed with HMAC-SHA256 over image id and end of life.
 * @param secret shared by all replicas; changing it ends all links.
 */
export function createLinks(secret: string): Links {
  const signature = (imageId: string, expires: string): string =>
    createHmac('sha256', secret).update(`image\n${imageId}\n${expires}`).digest('base64url')
  return {
    sign: (imageId, now) => {
      const expires = String(Math.ceil((now + LINK_LIFETIME_MS) / 1000))
      const query = `expires=${expires}&signature=${signature(imageId, expires)}`
      return `/v1/images/${imageId}/content?${query}`
    },
    isValid: (imageId, query, now) => {
      const { expires, signature: given } = query
      if (typeof expires !== 'string' || typeof given !== 'string') return false
      if (!/^\d{1,12}$/.test(expires) || Number(expires) * 1000 <= now) return false
      // Compared as text: base64 has several spellings of the same bytes, and one is enough.
      const expected = Buffer.from(signature(imageId, expires))
      const actual = Buffer.from(given)
      return actual.length === expected.length && timingSafeEqual(actual, expected)
    },
  }
}
