import type { Arm, ExpectedNano, Gate } from './arm.ts'
import type { LoserReason } from './loser-reason.ts'
import type { Prospect } from './prospects.ts'

/** What a purpose asks of a plan. */
export interface Wishes {
  /** Share of requests that must end in an accepted picture. */
  readonly floor: number
  /** What to aim for so that the floor holds in the end; see `floor-controller.ts`. */
  readonly aim?: number
  /** What showing a bad picture costs. */
  readonly badNano: ExpectedNano
  /** Price of a second of the caller's waiting. */
  readonly secondNano: ExpectedNano
  /** 95 % of requests must be done by then. */
  readonly limitSeconds?: number
  /** The caller named no time himself: the limit ranks plans, and does not end the work. */
  readonly isLimitSoft?: boolean
  /** The floor is held by the lower bound of what is believed, a standard deviation down. */
  readonly isCritical: boolean
  /** Price of money, 0 while the budget is in step; see `money-price.ts`. */
  readonly moneyPrice: number
}

/** Everything plans depend on; the same input gives the same plans. */
export interface PlanningInput {
  /** At least one. */
  readonly arms: readonly Arm[]
  /** Absent when no gate can look at the pictures. */
  readonly gate?: Gate
  readonly wishes: Wishes
  /** Spread of difficulty; see `difficulty.ts`. */
  readonly sigma: number
  /** Attempts that may be made, at most three. */
  readonly attempts?: number
  /** Chances of acceptance of what was refused for this request before: it is a hard one. */
  readonly refused?: readonly number[]
  /** Pictures of requests alike that were seen; as many are expected to come. */
  readonly seen?: number
}

/** A sequence of attempts, and what is expected of it. */
export interface SequencePlan {
  /** Positions in the input's arms. */
  readonly steps: readonly number[]
  /** By what is believed on average. */
  readonly prospect: Prospect
  /** In nano-dollars for each accepted picture. */
  readonly score: ExpectedNano
  readonly floor: PlannedFloor
  readonly p95Seconds: number
  readonly gate: GateChoice
  /** For each arm why it is not part of the plan; undefined for those that are. */
  readonly losers: readonly (LoserReason | undefined)[]
}

/** The floor that a plan holds. */
export interface PlannedFloor {
  readonly asked: number
  /** What is held: a little below the best that can be reached, if the floor is above that. */
  readonly effective: number
  /** False is to be said, not hidden: no plan reaches what was asked in the time there is. */
  readonly isReachable: boolean
}

/** Whether pictures are checked between attempts, and what the two ways cost. */
export interface GateChoice {
  readonly isOn: boolean
  /**
   * `required`: it looks at every picture, whether that pays or not. `late`: it would pay if there
   * were time for a second attempt; on where the time limit is soft. `unpaid`: the best plan
   * without it is no worse. `single`: the request may not cost a second attempt. `trial`: it was
   * found useless, and looks to learn whether it still is; what it refuses is delivered.
   */
  readonly reason:
    | 'pays'
    | 'required'
    | 'late'
    | 'trial'
    | 'unpaid'
    | 'single'
    | 'useless'
    | 'absent'
  /** Best score with at least one check, and of a single attempt without any. */
  readonly withNano?: ExpectedNano
  readonly withoutNano?: ExpectedNano
}

/** The plans among which a decision is made. */
export interface SequencePlans {
  /** The best one by what is known. */
  readonly known: SequencePlan
  /** Worth trying, those first that may save most beyond what they cost; often none. */
  readonly tries: readonly TriedPlan[]
  /** The best one that begins at another provider than the best known one, to keep two in use. */
  readonly other?: SequencePlan
  readonly otherExtraNano: ExpectedNano
}

/** A plan that tries a little known offer. */
export interface TriedPlan {
  readonly plan: SequencePlan
  /** What a request costs more by it, as far as is known. */
  readonly extraNano: ExpectedNano
  /** What requests to come may save by what is learned. */
  readonly savedNano: ExpectedNano
}
