import type { Nano } from '../money.ts'

/** What a store charges, in nano-dollars; bytes are counted in gigabytes of 10⁹. */
export interface StoragePrices {
  readonly monthGigabyteNano: Nano
  readonly sentGigabyteNano: Nano
}

const GIGABYTE = 1_000_000_000n

/** What so many bytes cost, rounded to the nearest nano-dollar. */
export const costOfBytes = (bytes: number, gigabyteNano: Nano): Nano =>
  (BigInt(bytes) * gigabyteNano + GIGABYTE / 2n) / GIGABYTE
