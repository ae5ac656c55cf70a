import type { Coverage, InputImage, Operation } from '../request/image-request.ts'
import { emulations } from '../request/operation.ts'
import type { Expansion } from '../request/operation-details.ts'
import type { Model } from './model.ts'

/** The call by which a model makes an operation: its own, or another; undefined when it cannot. */
export function callOperation(model: Model, operation: Operation): Operation | undefined {
  if (model.operations.includes(operation)) return operation
  const emulated = model.emulates?.find((name) => name === operation)
  return emulated === undefined ? undefined : emulations[emulated]
}

/** Everything that can be asked of a model, its own operations first. */
export const abilitiesOf = (model: Model): readonly Operation[] => [
  ...model.operations,
  ...(model.emulates ?? []),
]

/** PNG bytes of one pixel; measured pictures have 1.4 to 1.9, empty margins have hardly any. */
const CANVAS_BYTES_PER_PIXEL = 2

/** What a picture is once margins were added to it. Its digest still finds the picture itself. */
export function toCanvas(image: InputImage, { left, right, top, bottom }: Expansion): InputImage {
  const width = image.width + left + right
  const height = image.height + top + bottom
  const byteLength = width * height * CANVAS_BYTES_PER_PIXEL
  return { ...image, width, height, byteLength, format: 'png', hasAlpha: false }
}

/** What the mask over the margins of a canvas marks: its box is the canvas, whatever the side. */
export const marginCoverage = (image: InputImage, canvas: InputImage): Coverage => ({
  width: canvas.width,
  height: canvas.height,
  share: 1 - (image.width * image.height) / (canvas.width * canvas.height),
})
