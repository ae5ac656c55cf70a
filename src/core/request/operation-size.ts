import type { ImageRequest, Size } from './image-request.ts'
import { operationRules } from './operation.ts'

/**
 * The size of the picture that a request asks for, where it follows from input and details:
 * enlarged by the scale, grown by the expansion, else that of the first input. Undefined where the
 * caller or the model chooses it.
 */
export function outputOf({
  operation,
  details,
  images: [input],
}: Pick<ImageRequest, 'operation' | 'details' | 'images'>): Size | undefined {
  if (input === undefined || !operationRules[operation].followsInput) return undefined
  if (details?.kind === 'upscale') return scaled(input, details.scale)
  if (details?.kind !== 'outpaint') return { width: input.width, height: input.height }
  const { left, right, top, bottom } = details.expand
  return { width: input.width + left + right, height: input.height + top + bottom }
}

/** A size whose edges are so many times longer. */
export const scaled = ({ width, height }: Size, factor: number): Size => ({
  width: Math.round(width * factor),
  height: Math.round(height * factor),
})
