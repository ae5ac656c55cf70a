import type { ImageRequest, InputImage } from '../request/image-request.ts'

/** Drafts of one picture, unless the caller wants another number of them. */
export const USUAL_DRAFTS = 4

/** How a request for drafts looks: many, cheap, and made of nothing but the prompt. */
export function draftRequest(request: ImageRequest, count: number): ImageRequest {
  const { partialImages: _, strategy: __, ...rest } = request
  // Effort is what drafts spare; a model that has no levels of it is none the worse.
  return { ...rest, model: 'auto:cheapest', n: count, quality: 'low', strict: false }
}

/**
 * How the request looks that makes a finished picture of a draft: an edit of it by the same words.
 */
export function refineRequest(request: ImageRequest, draft: InputImage): ImageRequest {
  const { partialImages: _, strategy: __, ...rest } = request
  return { ...rest, operation: 'edit', images: [draft] }
}
