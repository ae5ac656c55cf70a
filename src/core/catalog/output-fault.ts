import type { ImageHeader } from '../quality/image-structure.ts'
import { operationRules } from '../request/operation.ts'
import type { CallPlan } from './call-plan.ts'

/**
 * Width over height may differ so much (5 %) from the shape asked for before it counts as another.
 */
const ASPECT_TOLERANCE = 0.05

/**
 * What a picture's header says against it being what the call asked for, in words: another size or
 * shape, no transparency where the background was to go, or not enlarged at all.
 */
export function outputFault(
  { width, height, hasAlpha }: ImageHeader,
  {
    operation,
    settings,
    expectedSize,
    images: [input],
  }: Pick<CallPlan, 'operation' | 'settings' | 'expectedSize' | 'images'>,
): string | undefined {
  const { size, aspect } = settings
  const has = `${width}x${height} pixels`
  if (size !== undefined && (size.width !== width || size.height !== height)) {
    return `${has} instead of ${size.width}x${size.height}`
  }
  const distortion = (width * expectedSize.height) / (height * expectedSize.width) - 1
  const isShaped = Math.abs(distortion) <= ASPECT_TOLERANCE
  if (aspect !== undefined && !isShaped) return `${has} instead of the shape ${aspect}`
  if (operationRules[operation].followsInput && !isShaped) {
    return `${has} instead of the shape of ${expectedSize.width}x${expectedSize.height}`
  }
  if (operation === 'upscale' && input !== undefined && width <= input.width) {
    return `${has}, not larger than its input`
  }
  return operation === 'remove_background' && !hasAlpha ? 'an opaque picture' : undefined
}
