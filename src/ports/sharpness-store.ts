/** How many pictures of a history have about one sharpness, in forward weights. */
export interface SharpnessCount {
  /** A purpose, with a mark where the pictures were emulated. */
  readonly history: string
  /** Of a `ValueSketch`. */
  readonly bucket: number
  readonly pictures: number
}

/** How sharp the pictures of purposes are: sums of all replicas, which only add up. */
export interface SharpnessStore {
  /** Adds counts to those that are there. */
  add(counts: readonly SharpnessCount[]): Promise<void>
  load(): Promise<readonly SharpnessCount[]>
}
