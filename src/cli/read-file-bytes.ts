import { readFileSync, statSync } from 'node:fs'
import { invalid } from '../core/errors/gateway-error.ts'

const MEBIBYTE = 1024 * 1024

/**
 * Reads a file that a command was given, whole.
 * @throws GatewayError naming `file` when it is not there, is none, or is larger than allowed.
 */
export function readFileBytes(path: string, maxMebibytes: number): Uint8Array {
  try {
    const found = statSync(path)
    if (!found.isFile()) throw invalid('file', `${path} is no file.`)
    if (found.size > maxMebibytes * MEBIBYTE) {
      throw invalid('file', `${path} is larger than ${maxMebibytes} MiB.`)
    }
    return readFileSync(path)
  } catch (error) {
    const { code } = Object(error) as { readonly code?: string }
    if (code === 'ENOENT') throw invalid('file', `There is no file ${path}.`)
    if (code === 'EACCES') throw invalid('file', `${path} may not be read.`)
    throw error
  }
}
