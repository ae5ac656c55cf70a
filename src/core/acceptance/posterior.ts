import { logit, sigmoid } from './logit.ts'
import type { Terms } from './terms.ts'

/** A belief about a share: Beta(weight × mean, weight × (1 − mean)). */
export interface Belief {
  readonly mean: number
  /** Pictures that stand behind it, the prior's among them. */
  readonly weight: number
}

/** Evidence about a share moved by some log-odds, because its context is harder. */
export interface Evidence {
  readonly terms: Terms
  readonly shift: number
}

/** What evidence says at one value of log-odds: first and second derivative of log-likelihood. */
export interface Pull {
  readonly slope: number
  /** Information in log-odds, never negative. */
  readonly information: number
}

/** How evidence pulls log-odds: each line by how much it changes, relative to itself. */
export function pullOf(logOdds: number, terms: Terms): Pull {
  let [slope, information] = [0, 0]
  const share = sigmoid(logOdds)
  const spread = share * (1 - share)
  for (let at = 0; at < terms.length; at += 3) {
    const rise = terms[at + 1] as number
    const weight = terms[at + 2] as number
    const step = (rise * spread) / Math.max(1e-9, (terms[at] as number) + rise * share)
    slope += weight * step
    information += weight * step * (step - (1 - 2 * share))
  }
  return { slope, information: Math.max(0, information) }
}

/**
 * A belief after evidence: the most likely share under Beta(prior) and all that was seen. With
 * explicit verdicts that are always right this is the usual sum of a hierarchical Beta.
 * @example prior 0.7 of weight 10, then 3 accepted of 8: mean 10/18, weight 18
 */
export function posterior(prior: Belief, evidence: readonly Evidence[]): Belief {
  if (evidence.length === 0) return prior
  const pull = (logOdds: number): Pull => {
    const share = sigmoid(logOdds)
    let slope = prior.weight * (prior.mean - share)
    let information = prior.weight * share * (1 - share)
    for (const { terms, shift } of evidence) {
      const more = pullOf(logOdds + shift, terms)
      slope += more.slope
      information += more.information
    }
    return { slope, information }
  }
  const logOdds = peakOf(pull, logit(prior.mean))
  const mean = sigmoid(logOdds)
  // Information about log-odds, over that of one picture seen without error, is a number of
  // pictures.
  const weight = Math.max(prior.weight, pull(logOdds).information / (mean * (1 - mean)))
  return { mean, weight }
}

const WIDEST = 12
const MOST_TURNS = 40
const LONGEST_STEP = 1

/** Where a likelihood peaks, by Newton's method with short steps. */
function peakOf(pull: (at: number) => Pull, start: number): number {
  let at = start
  let limit = LONGEST_STEP
  let last = 0
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const { slope, information } = pull(at)
    const step = Math.max(-limit, Math.min(limit, slope / Math.max(1e-6, information)))
    // A step that turns back has overshot: from here on they get shorter, so that it ends.
    if (step * last < 0) limit = Math.min(limit, Math.abs(last)) / 2
    at = Math.max(-WIDEST, Math.min(WIDEST, at + step))
    if (Math.abs(step) < 1e-6) break
    last = step
  }
  return at
}

/** The standard deviation of a belief. */
export const deviationOf = ({ mean, weight }: Belief): number =>
  Math.sqrt((mean * (1 - mean)) / (weight + 1))

/** More confidence than this is never granted: it would leave nothing to learn from. */
const MOST_OPTIMISM = 0.98

/** How many standard deviations above the mean an offer is tried as if it were, at least. */
const OPTIMISM = 0.6

/**
 * The optimism for an arm of which `own` of a context's `all` pictures are: the more was seen of
 * others, the more is lost should this one be better, so it grows like the bonus of a confidence
 * bound (Auer et al. 2002), with the root of the logarithm.
 */
export const optimismFor = (own: number, all: number): number =>
  OPTIMISM * Math.max(1, 0.7 * Math.sqrt(Math.log((1 + all) / (1 + own))))

/**
 * The share that a plan counts with while an offer is little known: better than the mean, within
 * bounds, so that what is uncertain gets tried where it may pay.
 */
export const optimistic = (belief: Belief, optimism = OPTIMISM): number =>
  Math.max(belief.mean, Math.min(MOST_OPTIMISM, belief.mean + optimism * deviationOf(belief)))

/** The share so many standard deviations below the mean; what floors are held by. */
export const cautious = (belief: Belief, deviations: number): number =>
  Math.max(0, belief.mean - deviations * deviationOf(belief))
