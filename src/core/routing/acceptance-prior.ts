import { logit } from '../acceptance/logit.ts'
import type { Belief } from '../acceptance/posterior.ts'
import type { Tier } from '../catalog/model.ts'

/** How hard a picture is to please with. */
type Demand = 'low' | 'usual' | 'high'

/** Purposes whose pictures are looked at in passing, and those that stand in front. */
const DEMANDS: Readonly<Record<string, Demand>> = {
  ...{ thumbnail: 'low', preview: 'low', placeholder: 'low', og_image: 'low' },
  ...{ hero: 'high', print: 'high', marketing: 'high', text: 'high' },
}

/**
 * Share of pictures that are accepted, until real verdicts are known. Ours, not measured: about
 * one picture in two of a cheap model and one in three where demands are high, as case studies of
 * 2026-06 tell; a dearer model is accepted more often.
 */
const PRIORS: { readonly [Wanted in Demand]: { readonly [Level in Tier]: string } } = {
  low: { budget: '0.80', standard: '0.88', premium: '0.92' },
  usual: { budget: '0.50', standard: '0.65', premium: '0.80' },
  high: { budget: '0.33', standard: '0.50', premium: '0.70' },
}

/** A tier's promise counts as so many pictures; real ones soon outweigh it. */
const PRIOR_WEIGHT = 3

/** What is believed of a model of a tier before anything was seen. */
export const priorOfTier = (tier: Tier): Belief => ({
  mean: Number(PRIORS.usual[tier]),
  weight: PRIOR_WEIGHT,
})

/** How much easier than a usual purpose one is, in log-odds, until outcomes tell. */
export const easeOfPurpose = (purpose: string): number =>
  logit(Number(acceptancePrior('standard', purpose))) - logit(Number(PRIORS.usual.standard))

/** The prior for a purpose and a tier; a purpose that nobody knows is a usual one. */
export const acceptancePrior = (tier: Tier, purpose?: string): string =>
  PRIORS[demandOf(purpose)][tier]

/** Purposes have names of their own, and so do the members that all objects have. */
const demandOf = (purpose = ''): Demand =>
  (Object.hasOwn(DEMANDS, purpose) ? DEMANDS[purpose] : undefined) ?? 'usual'
