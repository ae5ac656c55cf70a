/** Why an offer is not part of a plan; a closed list, printed as it is. */
export type LoserReason =
  /** Another plan brings accepted pictures for less. */
  | 'dominated'
  /** No plan that begins with it reaches the floor. */
  | 'below_floor'
  /** No plan that begins with it is quick enough. */
  | 'too_slow'
  | 'capability_missing'
  | 'breaker_open'
  | 'budget'
  /** The caller or an operator fixed another one, or banned it. */
  | 'pinned'
