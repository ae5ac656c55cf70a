/** Requests in a row that may begin at one provider before another one gets its turn. */
const MOST_IN_A_ROW = 200

/** At which provider the latest requests of a purpose began. */
export interface Warmth {
  readonly provider: string | undefined
  readonly inARow: number
}

/** Before the first request. */
export const noWarmth: Warmth = { provider: undefined, inARow: 0 }

/** After a request that began at a provider. */
export const nextWarmth = (warmth: Warmth, provider: string): Warmth =>
  warmth.provider === provider ? { provider, inARow: warmth.inARow + 1 } : { provider, inARow: 1 }

/** Whether it is time for another provider: what is never called is neither known nor ready. */
export const isOneSided = ({ inARow }: Warmth): boolean => inARow >= MOST_IN_A_ROW
