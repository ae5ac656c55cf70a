import type { Cell } from './cell.ts'
import { picturesIn } from './counts.ts'
import { type EvidenceKind, evidenceKinds } from './evidence.ts'
import { type GateRates, type Instruments, likelihoodsOf, usualInstruments } from './instruments.ts'
import {
  ANY_PURPOSE,
  beliefAt,
  type InstrumentsByPurpose,
  instrumentsFor,
  type Knowledge,
} from './knowledge.ts'

/** Pictures that the rates before count as. */
const PRIOR_PICTURES = 300

/** The rates of all purposes together, and of each purpose with these as its prior. */
export function calibrateAll(
  knowledge: Knowledge,
  usual: Instruments = usualInstruments,
): InstrumentsByPurpose {
  const { cells, instruments } = knowledge
  const known = cells.filter(({ counts }) => picturesIn(counts) >= FEWEST_PICTURES)
  const believed = known.map((cell) => {
    const { mean } = beliefAt(knowledge, cell).belief
    return { purpose: cell.purpose, counts: cell.counts, mean }
  })
  const all = settled(believed, instrumentsFor(instruments, ANY_PURPOSE), usual)
  const byPurpose = Map.groupBy(believed, ({ purpose }) => purpose)
  return new Map([
    [ANY_PURPOSE, all],
    ...[...byPurpose].map(
      ([purpose, own]) =>
        [purpose, settled(own, instrumentsFor(instruments, purpose), all)] as const,
    ),
  ])
}

/** Steps for each look at the counts: one alone goes a long way slowly. */
const STEPS = 8

function settled(
  cells: readonly BelievedCell[],
  before: Instruments,
  prior: Instruments,
): Instruments {
  let rates = before
  for (let step = 0; step < STEPS; step += 1) rates = calibrate(cells, rates, prior)
  return rates
}

/** Beliefs of fewer pictures are mostly prior, and rates made of them would confirm it. */
const FEWEST_PICTURES = 40

/** A cell with what is believed of it. */
export interface BelievedCell extends Pick<Cell, 'counts'> {
  readonly mean: number
}

/**
 * One step towards the gate's and the people's rates that explain best what was seen (expectation
 * maximisation): every picture counts as good as its evidence says, and the rates are read off. The
 * rates of a gate show in labelled pictures that passed, in those delivered unchecked, and in
 * audits of refused ones; report rates show in who stays silent. Call it again as beliefs move.
 * @param before the rates that the beliefs were made with
 * @param prior rates that count as three hundred pictures
 */
export function calibrate(
  cells: readonly BelievedCell[],
  before: Instruments,
  prior: Instruments,
): Instruments {
  const good = emptyTallies()
  const bad = emptyTallies()
  const likelihoods = likelihoodsOf(before)
  for (const { counts, mean } of cells) {
    for (const kind of evidenceKinds) {
      const tally = counts[kind]
      if (tally === undefined || tally.count <= 1e-9) continue
      const share = Math.min(1, (mean * tally.reach) / tally.count)
      const likelihood = likelihoods[kind]
      const isGood = share * likelihood.good
      const all = isGood + (1 - share) * likelihood.bad
      if (all <= 0) continue
      const count = tally.count * likelihood.weight
      good[kind] += (count * isGood) / all
      bad[kind] += count * (1 - isGood / all)
    }
  }
  return {
    gate: gateFrom(good, bad, prior.gate),
    reports: prior.reports,
  }
}

type Tallies = Record<EvidenceKind, number>

const emptyTallies = (): Tallies =>
  Object.fromEntries(evidenceKinds.map((kind) => [kind, 0])) as Tallies

const sumOf = (tallies: Tallies, pattern: RegExp): number =>
  evidenceKinds.reduce((sum, kind) => (pattern.test(kind) ? sum + tallies[kind] : sum), 0)

const rate = (yes: number, all: number, prior: number): number =>
  (yes + PRIOR_PICTURES * prior) / (all + PRIOR_PICTURES)

function gateFrom(good: Tallies, bad: Tallies, prior: GateRates): GateRates {
  const passRate = (tallies: Tallies, before: number) =>
    rate(sumOf(tallies, /^pass/), sumOf(tallies, /^(pass|fail)/), before)
  return { passGood: passRate(good, prior.passGood), passBad: passRate(bad, prior.passBad) }
}
