import { toStoredRequest } from '../jobs/stored-request.ts'
import { canonicalJson, type JsonObject } from '../json.ts'
import type { ImageRequest } from '../request/image-request.ts'

/**
 * One text per request and form of answer; its digest tells whether a client sends the same again.
 * Pictures are in it by their digests, so the boundary of a form, or the way a picture was sent,
 * makes no difference.
 */
export const fingerprintText = (request: ImageRequest, form: JsonObject): string =>
  canonicalJson({ request: toStoredRequest(request), form })
