import type { TextReader } from '../../ports/text-reader.ts'
import { openTesseract, type TesseractSettings } from './tesseract.ts'

/** See {@link createLazyTesseract}. */
export interface LazyTesseract extends TextReader {
  /** Its name and version; undefined when it is not installed. */
  probe(): Promise<string | undefined>
}

/**
 * Tesseract that is looked for when the first text is to be read, so that a process which reads
 * none starts no program. Where it is not installed every reading rejects and says so.
 */
export function createLazyTesseract(settings: TesseractSettings): LazyTesseract {
  let opened: Promise<TextReader | undefined> | undefined
  const open = (): Promise<TextReader | undefined> => {
    opened ??= openTesseract(settings)
    return opened
  }
  return {
    version: 'tesseract',
    probe: async () => (await open())?.version,
    read: async (png, layout) => {
      const reader = await open()
      if (reader === undefined) throw new Error('tesseract is not installed')
      return reader.read(png, layout)
    },
  }
}
