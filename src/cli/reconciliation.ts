import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano, type Nano } from '../core/money.ts'
import type { BillProblem } from '../core/reconcile/bill.ts'
import { addCounted, type Counted, type ReconciledRow } from '../core/reconcile/reconcile.ts'

/** What a reconciliation was about. */
export interface ReconciliationFacts {
  readonly provider: string
  readonly book: string
  readonly tolerance: string
  readonly problems: readonly BillProblem[]
  /** Lines of models that were not asked for. */
  readonly leftOut: number
}

/** A reconciliation as JSON: dollars as decimal strings, null where a side says nothing. */
export const printReconciliation = (
  rows: readonly ReconciledRow[],
  { provider, book, tolerance, problems, leftOut }: ReconciliationFacts,
): JsonObject => ({
  provider,
  book,
  tolerance_percent: tolerance.replace('%', ''),
  agrees: rows.every(({ verdict }) => verdict === 'agrees'),
  rows: rows.map((row) => ({
    day: row.day,
    model: row.model || null,
    verdict: row.verdict,
    ...sides(row.theirs, row.ours),
  })),
  total: sides(sumOf(rows, 'theirs'), sumOf(rows, 'ours')),
  lines_left_out: leftOut,
  problems: problems.map(({ line, message }) => ({ line, message })),
})

const sumOf = (rows: readonly ReconciledRow[], side: 'theirs' | 'ours'): Counted =>
  rows.reduce<Counted>((sum, row) => addCounted(sum, row[side] ?? {}), {})

const sides = (theirs: Counted | undefined, ours: Counted | undefined): JsonObject => ({
  theirs: theirs === undefined ? null : printSide(theirs),
  ours:
    ours === undefined
      ? null
      : { ...printSide(ours), suspected: dollarsFromNano(ours.suspectedNano ?? 0n) },
  difference: differenceOf(theirs, ours) ?? null,
  difference_percent: percentOf(theirs, ours) ?? null,
})

const printSide = ({ images, costNano }: Counted): JsonObject => ({
  images: images === undefined ? null : Number(images),
  cost: costNano === undefined ? null : dollarsFromNano(costNano),
})

/** Ours less theirs; a side that is missing has nothing, one that does not say cannot differ. */
function differenceNano(theirs: Counted | undefined, ours: Counted | undefined): Nano | undefined {
  const [bill, own] = [costOf(theirs), costOf(ours)]
  return bill === undefined || own === undefined ? undefined : own - bill
}

const costOf = (side: Counted | undefined): Nano | undefined =>
  side === undefined ? 0n : side.costNano

function differenceOf(theirs: Counted | undefined, ours: Counted | undefined): string | undefined {
  const nano = differenceNano(theirs, ours)
  return nano === undefined ? undefined : dollarsFromNano(nano)
}

/** Of their figure, with two decimals. */
function percentOf(theirs: Counted | undefined, ours: Counted | undefined): string | undefined {
  const nano = differenceNano(theirs, ours)
  const whole = theirs?.costNano
  if (nano === undefined || whole === undefined || whole === 0n) return undefined
  const hundredths = (nano * 10_000n) / (whole < 0n ? -whole : whole)
  return (Number(hundredths) / 100).toFixed(2)
}

/** A reconciliation as rows of text, for a table or a spreadsheet. */
export const reconciledCells = (rows: readonly ReconciledRow[]): readonly (readonly string[])[] => [
  [
    ...['day', 'model', 'verdict', 'their_images', 'our_images', 'their_cost', 'our_cost'],
    ...['our_suspected', 'difference', 'percent'],
  ],
  ...rows.map(({ day, model, verdict, theirs, ours }) => [
    day,
    model,
    verdict,
    cell(theirs?.images?.toString()),
    cell(ours?.images?.toString()),
    cell(theirs?.costNano === undefined ? undefined : dollarsFromNano(theirs.costNano)),
    cell(ours?.costNano === undefined ? undefined : dollarsFromNano(ours.costNano)),
    cell(ours?.suspectedNano === undefined ? undefined : dollarsFromNano(ours.suspectedNano)),
    cell(differenceOf(theirs, ours)),
    cell(percentOf(theirs, ours)),
  ]),
]

const cell = (text: string | undefined): string => text ?? ''
