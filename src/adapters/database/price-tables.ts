/* The tables of price feeds; see `schema.ts` for their types. */

/** The price feeds' state, one document; `revision` keeps two replicas apart. */
export interface PriceFeedRow {
  readonly id: string
  readonly revision: bigint
  readonly state: string
}

/** What is known of looks at one price source. */
export interface PriceSourceRow {
  readonly id: string
  readonly version: string
  readonly fetched_at: bigint | null
  readonly failures: bigint
  readonly failed_at: bigint | null
  readonly error: string | null
  readonly due_at: bigint
}

/** A change of prices with its effect; immutable. The columns beside the document are filters. */
export interface PriceChangeRow {
  readonly id: string
  readonly offer: string
  readonly kind: string
  readonly state: string
  readonly recorded_at: bigint
  readonly document: string
}

/** Bills of one slot on one day, as one process has seen them. */
export interface BillTallyRow {
  readonly slot: string
  readonly day: string
  readonly owner: string
  readonly document: string
}
