import type { InputImage, Size } from './image-request.ts'

/** A picture that goes in and is not made yet, as far as prices depend on it. */
export const unmadeInput = (size: Size): InputImage => ({
  ...{ width: size.width, height: size.height, digest: '0'.repeat(64), format: 'png' },
  ...{ byteLength: size.width * size.height, hasAlpha: false },
})
