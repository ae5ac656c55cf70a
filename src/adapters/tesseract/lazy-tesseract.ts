import type { TextReader } from '../../ports/text-reader.ts'
import { openTesseract, type TesseractSettings } from './tesseract.ts'

/**
 * Tesseract that is looked for when the first text is to be read, so that a process which reads
 * none starts no program. Where it is not installed every reading rejects and says so.
 */
export function createLazyTesseract(settings: TesseractSettings): TextReader {
  let opened: Promise<TextReader | undefined> | undefined
  return {
    version: 'tesseract',
    read: async (png, layout) => {
      opened ??= openTesseract(settings)
      const reader = await opened
      if (reader === undefined) throw new Error('tesseract is not installed')
      return reader.read(png, layout)
    },
  }
}
