import type { Bill } from '../core/reconcile/bill.ts'
import { readCsvBill } from '../core/reconcile/read-csv-bill.ts'
import { readOpenaiBill } from '../core/reconcile/read-openai-bill.ts'
import { readFileText } from './read-file-text.ts'

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
  const text = readFileText(path, MAX_MEBIBYTES)
  const isOpenai = /^\s*[[{]/.test(text)
  return { bill: isOpenai ? readOpenaiBill(text) : readCsvBill(text), isOpenai }
}
