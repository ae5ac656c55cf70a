import { type EvidenceKind, evidenceKinds } from './evidence.ts'

/** How often a gate passes good pictures and bad ones. */
export interface GateRates {
  /** α: P(pass given good). */
  readonly passGood: number
  /** β: P(pass given bad). */
  readonly passBad: number
}

/** How people report on the pictures they see: not evenly, and not without error. */
export interface ReportRates {
  /** How many times likelier anything is said of a bad picture than of a good one. */
  readonly badBias: number
  /** P(says good given good), by one person. */
  readonly sensitivity: number
  /** P(says bad given bad), by one person. */
  readonly specificity: number
}

/** Everything through which the truth about pictures is seen. */
export interface Instruments {
  readonly gate: GateRates
  readonly reports: ReportRates
}

/**
 * Before anything was measured. One rater against a majority of five has a sensitivity of 0.82 and
 * a specificity of 0.79 (human ratings of GenEval, arXiv:2310.11513). A gate is not better than
 * that on bad pictures; callers know their own wishes better, halfway to always.
 */
export const usualInstruments: Instruments = {
  gate: { passGood: 0.88, passBad: 0.24 },
  reports: { badBias: 1.25, sensitivity: 0.91, specificity: 0.9 },
}

/** A gate that tells good from bad by less than this is useless, and is not used. */
const FEWEST_GATE_POWER = 0.15

/** Whether a gate says anything about a picture. */
export const isGateUseful = ({ passGood, passBad }: GateRates): boolean =>
  passGood - passBad >= FEWEST_GATE_POWER

/**
 * P(good) of pictures of which a share passes (Rogan and Gladen 1978), within 0 and 1; undefined
 * for a gate that says nothing.
 * @example goodShareOf(0.585, { passGood: 0.9, passBad: 0.2 }) // 0.55
 */
export function goodShareOf(passShare: number, gate: GateRates): number | undefined {
  if (!isGateUseful(gate)) return undefined
  const share = (passShare - gate.passBad) / (gate.passGood - gate.passBad)
  return Math.min(1, Math.max(0, share))
}

/** Share of answers that accept, when so many pictures are good. */
export function acceptedShareOf(good: number, { badBias, ...rates }: ReportRates): number {
  const bad = (1 - good) * badBias
  return (good * rates.sensitivity + bad * (1 - rates.specificity)) / (good + bad)
}

/** P(good) of one picture after a gate's verdict. */
export function goodAfter(verdict: 'pass' | 'fail', share: number, gate: GateRates): number {
  const [good, bad] =
    verdict === 'pass' ? [gate.passGood, gate.passBad] : [1 - gate.passGood, 1 - gate.passBad]
  const all = share * good + (1 - share) * bad
  return all === 0 ? share : (share * good) / all
}

/** A chance that is a straight line in that of acceptance: for good pictures, for bad ones. */
export interface Line {
  readonly good: number
  readonly bad: number
}

/** P(what was seen) for a good picture and for a bad one, up to a factor common to both. */
export interface Likelihood extends Line {
  /**
   * What it says about acceptance: the product of these lines, or one over a line whose power is
   * −1. An answer counts as what was said given that something was said; that somebody spoke at all
   * says nothing, or thousands who are silent would outweigh all who answer.
   */
  readonly lines: readonly (Line & { readonly power: 1 | -1 })[]
  /** The same of the gate's verdict alone. */
  readonly judged: Line
  /** What a bad picture counts for among these: bad ones are over-represented in answers. */
  readonly badWorth: number
}

const likelihoodOf = (kind: EvidenceKind, { gate, reports }: Instruments): Likelihood => {
  const [verdict, fate] = kind.split('_')
  const passes = (chance: number) => (verdict === 'pass' ? chance : 1 - chance)
  const good = verdict === 'none' ? 1 : passes(gate.passGood)
  const bad = verdict === 'none' ? 1 : passes(gate.passBad)
  const judged = { good, bad }
  const verdictLines = verdict === 'none' ? [] : [{ ...judged, power: 1 as const }]
  if (fate !== 'accept' && fate !== 'reject') {
    return { ...judged, lines: verdictLines, judged, badWorth: 1 }
  }
  const { badBias, sensitivity, specificity } = reports
  const answer = { good, bad: bad * badBias }
  const said = {
    good: answer.good * (fate === 'accept' ? sensitivity : 1 - sensitivity),
    bad: answer.bad * (fate === 'accept' ? 1 - specificity : specificity),
  }
  return {
    ...said,
    lines: [...verdictLines, { ...said, power: 1 }, { ...answer, power: -1 }],
    ...{ judged, badWorth: 1 / badBias },
  }
}

/** The likelihood of every kind of evidence. */
export type Likelihoods = { readonly [Kind in EvidenceKind]: Likelihood }

/**
 * The likelihoods of all kinds. Whatever was seen, its chance is made of straight lines in the
 * chance of acceptance: that is what makes all evidence add up.
 */
export const likelihoodsOf = (instruments: Instruments): Likelihoods =>
  Object.fromEntries(
    evidenceKinds.map((kind) => [kind, likelihoodOf(kind, instruments)]),
  ) as Record<EvidenceKind, Likelihood>
