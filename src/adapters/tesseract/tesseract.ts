import type { TextLayout, TextReader } from '../../ports/text-reader.ts'
import { Lane } from '../lane/lane.ts'
import { runLimited } from './run-limited.ts'

/** Where Tesseract is, and what it may take. */
export interface TesseractSettings {
  /** A path, or a name on the PATH. */
  readonly program?: string
  /** Names of its language data: `eng`, `deu`; several are tried together. */
  readonly languages?: readonly string[]
  /** Pictures read at once; each takes one processor. */
  readonly atOnce?: number
  /** Pictures that may wait; beyond them one is refused at once. */
  readonly maxWaiting?: number
  readonly timeLimitMs?: number
}

const AT_ONCE = 1
const MAX_WAITING = 32
/** A picture of 1,024 pixels takes half a second of a processor (Tesseract 5.3, 2026-11-26). */
const TIME_LIMIT_MS = 20_000
/** Reading 1,024 × 1,024 pixels in English takes below 200 MB. */
const MEMORY_MB = 768
const MAX_INPUT_BYTES = 8 * 1024 * 1024
const MAX_OUTPUT_BYTES = 64 * 1024
const LANGUAGE = /^[A-Za-z0-9_/-]{1,40}$/
/** Its modes of page segmentation (manual of tesseract 5, read 2026-11-26). */
const MODES: { readonly [Layout in TextLayout]: string } = { sparse: '11', page: '3' }

/**
 * Reads text with the program `tesseract` (Debian's package tesseract-ocr). Each picture is read by
 * a process of its own, which gets nothing but our own grey PNG.
 * @returns undefined when the program or one of the languages is not there.
 */
export async function openTesseract(
  settings: TesseractSettings = {},
): Promise<TextReader | undefined> {
  const { program = 'tesseract', languages = ['eng'], timeLimitMs = TIME_LIMIT_MS } = settings
  if (!languages.every((language) => LANGUAGE.test(language))) {
    throw new RangeError(`no names of languages: ${languages.join(', ')}`)
  }
  const limits = { timeLimitMs, memoryMb: MEMORY_MB, maxOutputBytes: MAX_OUTPUT_BYTES }
  const ask = (option: string): Promise<string> =>
    runLimited({ program, arguments: [option], ...limits }).catch(() => '')
  const [about, listed] = [await ask('--version'), await ask('--list-langs')]
  const version = /^tesseract v?(\S+)/m.exec(about)?.[1]
  const known = listed.split('\n').map((line) => line.trim())
  if (version === undefined || !languages.every((language) => known.includes(language))) {
    return undefined
  }
  const lane = new Lane(settings.atOnce ?? AT_ONCE, settings.maxWaiting ?? MAX_WAITING)
  return {
    version: `tesseract ${version} (${languages.join('+')})`,
    read: async (png, layout) => {
      if (png.length > MAX_INPUT_BYTES) throw new Error(`${png.length} bytes are too many to read`)
      const how = ['stdin', 'stdout', '--psm', MODES[layout], '-l', languages.join('+')]
      return lane.run(() => runLimited({ program, arguments: how, input: png, ...limits }))
    },
  }
}
