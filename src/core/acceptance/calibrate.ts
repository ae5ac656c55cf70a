import { type Cell, placeKey } from './cell.ts'
import { INHERITED } from './change-watch.ts'
import { picturesIn, scaleCounts } from './counts.ts'
import { type EvidenceKind, evidenceKinds } from './evidence.ts'
import { type Instruments, likelihoodsOf, usualInstruments } from './instruments.ts'
import {
  ANY_PURPOSE,
  beliefAt,
  type InstrumentsByPurpose,
  instrumentsFor,
  instrumentsKey,
  type Knowledge,
} from './knowledge.ts'
import { fitReportBias } from './report-bias.ts'

/** Pictures that the usual rates count as for all purposes, and these for each of them. */
const PRIOR_PICTURES = { all: 100, purpose: 300 } as const

/** The version of the gates that look at the pictures of a purpose now. */
export type GateVersionAt = (purpose: string) => string | undefined

const noVersion: GateVersionAt = () => undefined

/**
 * The rates of all purposes together, and the gate's of each purpose with these as its prior: there
 * are few answers for each purpose, and the same people give them. Each version of a purpose's
 * gates has rates of its own; what others did there counts as little as what a model did before a
 * change.
 */
export function calibrateAll(
  knowledge: Knowledge,
  usual: Instruments = usualInstruments,
  versionAt: GateVersionAt = noVersion,
): InstrumentsByPurpose {
  const { instruments } = knowledge
  const believed = believedCells(knowledge)
  const before = instrumentsFor(instruments, ANY_PURPOSE)
  const badBias = fitReportBias(believed, before, usual.reports.badBias)
  const prior = { rates: usual, pictures: PRIOR_PICTURES.all }
  const present = believed.filter((cell) => cell.gateVersion === versionAt(cell.purpose))
  // People stay who they are when gates change; what gates were says nothing of others.
  const { reports } = settled(believed, before, prior)
  const { gate } = settled(present, before, prior)
  const all = { gate, reports: { ...reports, badBias } }
  const rates = { rates: all, pictures: PRIOR_PICTURES.purpose }
  const byPurpose = [...Map.groupBy(believed, ({ purpose }) => purpose)].flatMap(
    ([purpose, own]) => {
      const versions = new Set([versionAt(purpose), ...own.map((cell) => cell.gateVersion)])
      return [...versions].map((version) => {
        const cells = own.map((cell) => asOfVersion(cell, version))
        const measured = settled(cells, instrumentsFor(instruments, purpose, version), rates)
        const found = { gate: measured.gate, reports: all.reports }
        return [instrumentsKey(purpose, version), found] as const
      })
    },
  )
  return new Map([[ANY_PURPOSE, all] as const, ...byPurpose])
}

/** Cells of places with enough pictures, whichever gates looked at them, with what is believed. */
function believedCells(knowledge: Knowledge): readonly BelievedCell[] {
  const places = Map.groupBy(knowledge.cells, (cell) =>
    placeKey({ ...cell, gateVersion: undefined }),
  )
  return [...places.values()].flatMap((group) => {
    const [first] = group
    const pictures = group.reduce((sum, { counts }) => sum + picturesIn(counts), 0)
    if (first === undefined || pictures < FEWEST_PICTURES) return []
    const { mean } = beliefAt(knowledge, first).belief
    return group.map(({ purpose, counts, gateVersion }) => ({ purpose, counts, gateVersion, mean }))
  })
}

/** What a cell says of gates of a version. */
const asOfVersion = (cell: BelievedCell, version: string | undefined): BelievedCell =>
  cell.gateVersion === version ? cell : { ...cell, counts: scaleCounts(cell.counts, INHERITED) }

/** Rates that count as so many good pictures and as many bad ones. */
export interface RatesPrior {
  readonly rates: Instruments
  readonly pictures: number
}

/** Steps for each look at the counts: one alone goes a long way slowly. */
const STEPS = 8

function settled(
  cells: readonly BelievedCell[],
  before: Instruments,
  prior: RatesPrior,
): Instruments {
  let rates = before
  for (let step = 0; step < STEPS; step += 1) rates = calibrate(cells, rates, prior)
  return rates
}

/** Beliefs of fewer pictures are mostly prior, and rates made of them would confirm it. */
const FEWEST_PICTURES = 40

/** A cell with what is believed of it. */
export interface BelievedCell extends Pick<Cell, 'counts' | 'purpose' | 'gateVersion'> {
  readonly mean: number
}

/**
 * One step towards the gate's and the people's rates that explain best what was seen (expectation
 * maximisation): every picture counts as good as its evidence says, and the rates are read off. The
 * rates of a gate show in labelled pictures that passed, in those delivered unchecked, and in
 * audits of refused ones; report rates show in who stays silent. Call it again as beliefs move.
 * @param before the rates that the beliefs were made with
 */
export function calibrate(
  cells: readonly BelievedCell[],
  before: Instruments,
  { rates, pictures }: RatesPrior,
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
      if (all <= 0 || share <= 0) continue
      // Bad pictures are over-represented in answers; all together still count as what they are.
      const judgedGood = share * likelihood.judged.good
      const judged = judgedGood + (1 - share) * likelihood.judged.bad
      const worth = (judgedGood + (judged - judgedGood) / likelihood.badWorth) / judged
      good[kind] += ((tally.count * isGood) / all) * worth
      bad[kind] += tally.count * (1 - isGood / all) * likelihood.badWorth * worth
    }
  }
  const shareOf = (tallies: Tallies, part: RegExp, whole: RegExp, prior: number): number =>
    (sumOf(tallies, part) + pictures * prior) / (sumOf(tallies, whole) + pictures)
  const { gate, reports } = rates
  return {
    gate: {
      passGood: shareOf(good, /^pass/, /^(pass|fail)/, gate.passGood),
      passBad: shareOf(bad, /^pass/, /^(pass|fail)/, gate.passBad),
    },
    reports: {
      ...before.reports,
      sensitivity: shareOf(good, /accept$/, /(accept|reject)$/, reports.sensitivity),
      specificity: shareOf(bad, /reject$/, /(accept|reject)$/, reports.specificity),
    },
  }
}

type Tallies = Record<EvidenceKind, number>

const emptyTallies = (): Tallies =>
  Object.fromEntries(evidenceKinds.map((kind) => [kind, 0])) as Tallies

const sumOf = (tallies: Tallies, pattern: RegExp): number =>
  evidenceKinds.reduce((sum, kind) => (pattern.test(kind) ? sum + tallies[kind] : sum), 0)
