import { canonicalJson } from '../json.ts'
import type { ImageRequest } from '../request/image-request.ts'

/** Spaces do not change a picture: runs of white space count as one space. */
const normalisePrompt = (prompt: string): string => prompt.trim().replace(/\s+/g, ' ')

/**
 * Everything of a request that decides one picture, as one text; its digest is the exact key.
 * The number of images, tags, users, deadlines and money limits are not part of it; the tenant is,
 * so that no tenant is ever answered with another's picture.
 */
export function exactKeyText(request: ImageRequest, tenant: string): string {
  return canonicalJson({
    version: 1,
    tenant,
    operation: request.operation,
    details: request.details,
    model: request.model,
    prompt: normalisePrompt(request.prompt),
    negativePrompt: request.negativePrompt,
    size: request.size,
    aspect: request.aspect,
    resolution: request.resolution,
    quality: request.quality,
    steps: request.steps,
    guidance: request.guidance,
    seed: request.seed,
    style: request.style,
    background: request.background,
    format: request.format,
    compression: request.compression,
    moderation: request.moderation,
    inputFidelity: request.inputFidelity,
    images: request.images.map((image) => image.digest),
    mask: request.mask?.digest,
    references: request.references?.map(({ digest }) => digest),
    referenceThreshold: request.referenceThreshold,
    purpose: request.purpose,
    category: request.category,
    complexity: request.complexity,
    display: request.display,
    brand: request.brand,
    needs: [...request.needs].sort(),
    strict: request.strict,
    strategy: request.strategy,
    providerOptions: request.providerOptions,
  })
}
