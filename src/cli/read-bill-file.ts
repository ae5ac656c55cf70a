import { invalid } from '../core/errors/gateway-error.ts'
import type { Bill } from '../core/reconcile/bill.ts'
import { readCsvBill } from '../core/reconcile/read-csv-bill.ts'
import { readOpenaiBill } from '../core/reconcile/read-openai-bill.ts'
import { readFileBytes } from './read-file-bytes.ts'

/** A year of one provider by hour and model is smaller. */
const MAX_MEBIBYTES = 64

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
  const text = decode(readFileBytes(path, MAX_MEBIBYTES))
  const isOpenai = /^\s*[[{]/.test(text)
  return { bill: isOpenai ? readOpenaiBill(text) : readCsvBill(text), isOpenai }
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
