import { readFileSync, statSync } from 'node:fs'
import { invalid } from '../core/errors/gateway-error.ts'
import type { Bill } from '../core/reconcile/bill.ts'
import { readCsvBill } from '../core/reconcile/read-csv-bill.ts'
import { readOpenaiBill } from '../core/reconcile/read-openai-bill.ts'

/** A year of one provider by hour and model is smaller. */
const MAX_BYTES = 64 * 1024 * 1024

/** A bill, and whether it came in OpenAI's own form. */
export interface BillFile {
  readonly bill: Bill
  readonly isOpenai: boolean
}

/**
 * Reads a provider's export: JSON pages of OpenAI's, or CSV.
 * @throws GatewayError naming `file`.
 */
export function readBillFile(path: string): BillFile {
  const text = decode(readBytes(path))
  const isOpenai = /^\s*[[{]/.test(text)
  return { bill: isOpenai ? readOpenaiBill(text) : readCsvBill(text), isOpenai }
}

function readBytes(path: string): Uint8Array {
  try {
    const found = statSync(path)
    if (!found.isFile()) throw invalid('file', `${path} is no file.`)
    if (found.size > MAX_BYTES) throw invalid('file', `${path} is larger than 64 MiB.`)
    return readFileSync(path)
  } catch (error) {
    const { code } = Object(error) as { readonly code?: string }
    if (code === 'ENOENT') throw invalid('file', `There is no file ${path}.`)
    if (code === 'EACCES') throw invalid('file', `${path} may not be read.`)
    throw error
  }
}

/** Spreadsheets save UTF-16 as well; its byte order mark tells. The mark itself is left out. */
function decode(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw invalid('file', 'The file is not UTF-8 text.')
  }
}
