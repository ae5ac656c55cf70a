import type { Nano } from '../core/money.ts'

/** A tool that may charge for each use, as the ledger sees it. */
export interface PaidTool {
  /** Its name in receipts and usage: `judge/<model>`, `embedder/<model>`, `classifier/<model>`. */
  readonly account: string
  /** Most that one use may cost: what is put aside, and booked when nobody says what it cost. */
  readonly ceilingNano: Nano
  /**
   * Emulated. Such a tool only looks at emulated pictures, and a real one only at real pictures:
   * otherwise simulated and real money would meet in one request.
   */
  readonly isSimulated: boolean
}
