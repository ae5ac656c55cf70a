import { invalid } from '../core/errors/gateway-error.ts'
import { readFileBytes } from './read-file-bytes.ts'

/**
 * Reads a text file that a command was given. UTF-8, or the UTF-16 that spreadsheets save, whose
 * byte order mark tells; the mark itself is left out. What is neither would become other words.
 * @throws GatewayError naming `file`.
 */
export function readFileText(path: string, maxMebibytes: number): string {
  const bytes = readFileBytes(path, maxMebibytes)
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw invalid('file', `${path} is not UTF-8 text.`)
  }
}
