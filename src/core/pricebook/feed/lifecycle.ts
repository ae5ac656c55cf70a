/** How long an offer lives, as price sources say. Days are UTC. */
export interface OfferLifecycle {
  readonly offer: string
  readonly deprecatedAt: string | null
  /** On this day the offer is already gone. */
  readonly shutdownAt: string | null
  readonly replacement: string | null
  /** Since when no source lists it any more; its last price ended the day before. */
  readonly removedAt: string | null
  /** Id of the source that says so. */
  readonly source: string
}

/** An offer about which nothing is known yet. */
export const unknownLifecycle = (offer: string, source: string): OfferLifecycle => ({
  offer,
  source,
  deprecatedAt: null,
  shutdownAt: null,
  replacement: null,
  removedAt: null,
})
