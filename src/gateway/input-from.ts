import { checkStructure } from '../core/quality/image-header.ts'
import type { InputImage } from '../core/request/image-request.ts'
import type { Dependencies } from './dependencies.ts'
import { loadImage } from './load-image.ts'
import type { ReadyImage } from './run.ts'

/** A picture that was just made, as the input of what comes next. */
export async function inputFrom(image: ReadyImage, deps: Dependencies): Promise<InputImage> {
  const { digest, format, width, height, byteLength } = image.record
  const structure = checkStructure(image.bytes ?? (await loadImage(image.record, deps)))
  const hasAlpha = structure.ok && structure.header.hasAlpha
  return { digest, format, width, height, byteLength, hasAlpha }
}
