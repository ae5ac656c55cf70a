import type { Instant } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'

/** Path and query of a signed link to a picture. */
export type LinkSigner = (imageId: string, now: Instant) => string

/** Links to pictures, for those who are told of them. */
export interface NoticeLinks {
  readonly linkOf: (imageId: string) => string
  /** A server answers at this address, and signs paths below it. */
  listensAt(url: string, pathOf: LinkSigner): void
}

/** Links below the public address, else below the one that the server listens at. */
export function openNoticeLinks(publicUrl: string | undefined, clock: Clock): NoticeLinks {
  let base = publicUrl ?? ''
  let path: LinkSigner = (id) => `/v1/images/${id}/content`
  return {
    linkOf: (imageId) => `${base}${path(imageId, clock.now())}`,
    listensAt: (url, pathOf) => {
      base = publicUrl ?? url
      path = pathOf
    },
  }
}
