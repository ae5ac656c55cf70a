import type { Unfit } from '../catalog/settings.ts'

/** Why an offer is not part of a plan; a closed list, printed as it is. */
export type LoserReason =
  /** Another plan brings accepted pictures for less, or another offer is no worse in anything. */
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

/** What an offer is to a request: its place in the plan, or why it has none. */
export type OfferRole =
  /** The first attempt: the best known one, or one that is taken to learn about it. */
  | 'chosen'
  | 'exploring'
  /** A later attempt, made when gates refuse what came before. */
  | 'escalation'
  /** Used when the calls before it fail. */
  | 'reserve'
  | LoserReason

/** The reason that stands for what keeps an offer from a request altogether. */
export const reasonOfUnfit: { readonly [Code in Unfit['code']]: LoserReason } = {
  operation: 'capability_missing',
  size: 'capability_missing',
  quality: 'capability_missing',
  needs: 'capability_missing',
  inputs: 'capability_missing',
  prompt: 'capability_missing',
  lifecycle: 'capability_missing',
  strict: 'capability_missing',
  options: 'capability_missing',
  // What has no price may not be called, whatever it can.
  price: 'capability_missing',
  max_cost: 'budget',
  orders: 'pinned',
  data_policy: 'pinned',
  health: 'breaker_open',
}
