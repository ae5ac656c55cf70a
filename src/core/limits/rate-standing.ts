/** How far a key is from its limit of requests, for the headers that clients know. */
export interface RateStanding {
  readonly limit: number
  readonly remaining: number
  /** Until all of it is there again. */
  readonly resetMs: number
}
