import type { ArmBelief } from '../acceptance/knowledge.ts'
import type { ExpectedNano } from './arm.ts'

/** Cheap drafts, one of which is picked and refined by a dear model that gets it as its input. */
export interface DraftPlan {
  readonly drafts: number
  readonly draftNano: ExpectedNano
  readonly refineNano: ExpectedNano
  /** Price of the dear model's picture when it starts from nothing; an edit may cost another. */
  readonly premiumNano: ExpectedNano
  /** Share of drafts that are worth refining. */
  readonly draftChance: number
  /** q: share of refined pictures that are accepted, when the draft goes in. */
  readonly refineChance: number
  /** Share of the dear model's pictures that are accepted when it starts from nothing. */
  readonly blindChance: number
}

/** What drafts cost beside doing without, two ways: both baselines are always told. */
export interface DraftProspect {
  readonly costNano: ExpectedNano
  /** For each accepted picture. */
  readonly perAcceptedNano: ExpectedNano
  /** At least one draft is worth refining. */
  readonly pickChance: number
  /** As many dear pictures as there are drafts, made at once. */
  readonly blindNano: ExpectedNano
  /** Share saved against that; flattering, because nobody must make them all at once. */
  readonly savedShare: number
  /** The honest baseline: dear pictures one at a time, until one is accepted. */
  readonly oneByOneNano: ExpectedNano
  /** The refined picture must be accepted so often for drafts to win against that. */
  readonly leastRefineChance: number
  readonly isWorthIt: boolean
}

/** Drafts and what is made of one of them, beside both ways to do without. All of it expected. */
export interface DraftComparison {
  readonly count: number
  /** What all drafts cost. */
  readonly draftsNano: ExpectedNano
  readonly prospect: DraftProspect
  /** What is believed of pictures that the refining model makes from nothing. */
  readonly alone: ArmBelief
}

/** At least one of so many independent tries. @example atLeastOne(0.6, 3) // 0.936 */
export const atLeastOne = (chance: number, tries: number): number => 1 - (1 - chance) ** tries

/**
 * What drafting comes to. Without the draft as its input the refining model starts anew, so its
 * chance is the blind one and drafts are money lost.
 * @example 4 drafts at $0.003 and one picture at $0.08: $0.092, against $0.32 at once
 */
export function draftProspect(plan: DraftPlan): DraftProspect {
  const { drafts, draftNano, refineNano, premiumNano, draftChance, refineChance, blindChance } =
    plan
  const costNano = drafts * draftNano + refineNano
  const pickChance = atLeastOne(draftChance, drafts)
  const blindNano = drafts * premiumNano
  const oneByOneNano = premiumNano / blindChance
  const perAcceptedNano = costNano / refineChance
  return {
    ...{ costNano, perAcceptedNano, pickChance, blindNano, oneByOneNano },
    savedShare: 1 - costNano / blindNano,
    leastRefineChance: costNano / oneByOneNano,
    isWorthIt: perAcceptedNano < oneByOneNano,
  }
}
