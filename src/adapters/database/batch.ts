import type { Fact } from '../../core/jobs/request-record.ts'
import { openEntry } from '../../core/ledger/entry.ts'
import {
  canJoin,
  type EndedRow,
  type HoldChangeRow,
  type JudgedRow,
  joined,
  type SettledRow,
  type SubmittedRow,
  toEndedRow,
  toHoldChangeRow,
  toJudgedRow,
  toSettledRow,
} from './changes.ts'
import {
  toAttemptRow,
  toCacheRow,
  toHoldRow,
  toImageRow,
  toLedgerRow,
  toRequestRow,
} from './rows.ts'
import type { AttemptRow, CacheRow, HoldRow, ImageRow, LedgerRow, RequestRow } from './schema.ts'

/** Rows, sorted by what is to be done with them. */
export interface BatchRows {
  readonly accepted: RequestRow[]
  readonly opened: HoldRow[]
  readonly started: AttemptRow[]
  readonly submitted: SubmittedRow[]
  readonly settled: SettledRow[]
  readonly stored: ImageRow[]
  readonly judged: JudgedRow[]
  readonly cached: CacheRow[]
  readonly ended: EndedRow[]
  readonly holdChanges: HoldChangeRow[]
  readonly entries: LedgerRow[]
}

/** The facts of one commit. */
export interface Batch {
  readonly factCount: number
  /** Ids of everything the facts speak of, but not the key that pays. */
  readonly subjects: readonly string[]
  readonly rows: BatchRows
}

/** Rows of a commit; a snapshot, so a caller may go on with its own objects. */
export function toBatch(facts: readonly Fact[]): Batch {
  const subjects: string[] = []
  const rows: BatchRows = {
    accepted: [],
    opened: [],
    started: [],
    submitted: [],
    settled: [],
    stored: [],
    judged: [],
    cached: [],
    ended: [],
    holdChanges: [],
    entries: [],
  }
  for (const fact of facts) add(fact, rows, subjects)
  return { factCount: facts.length, subjects, rows }
}

/** Adds the rows of one kind of fact and names what it speaks of. */
type FactAdder<Kind extends Fact['kind']> = (
  fact: Extract<Fact, { readonly kind: Kind }>,
  rows: BatchRows,
  subjects: string[],
) => void

function add<Kind extends Fact['kind']>(
  fact: Extract<Fact, { readonly kind: Kind }>,
  rows: BatchRows,
  subjects: string[],
): void {
  const adder: FactAdder<Kind> = adders[fact.kind as Kind]
  adder(fact, rows, subjects)
}

/** One entry for each kind of fact: a kind without one does not compile. */
const adders: { readonly [Kind in Fact['kind']]: FactAdder<Kind> } = {
  'request-accepted': ({ request }, rows, subjects) => {
    rows.accepted.push(toRequestRow(request))
    subjects.push(request.id)
  },
  'hold-opened': ({ hold }, rows, subjects) => {
    rows.opened.push(toHoldRow(hold))
    rows.entries.push(toLedgerRow(openEntry(hold)))
    subjects.push(hold.requestId, hold.id)
  },
  'attempt-started': ({ attempt }, rows, subjects) => {
    rows.started.push(toAttemptRow(attempt))
    subjects.push(attempt.requestId, attempt.id)
  },
  'attempt-submitted': ({ attemptId, job }, rows, subjects) => {
    rows.submitted.push({ id: attemptId, job: JSON.stringify(job) })
    subjects.push(attemptId)
  },
  'attempt-settled': ({ attempt, entry, images }, rows, subjects) => {
    rows.settled.push(toSettledRow(attempt, entry))
    rows.entries.push(toLedgerRow(entry))
    addHoldChange(rows.holdChanges, toHoldChangeRow(entry))
    subjects.push(attempt.requestId, attempt.id, entry.holdId)
    images.forEach((image, position) => {
      rows.stored.push(toImageRow(image, position))
      subjects.push(image.id)
    })
  },
  'image-judged': ({ image }, rows, subjects) => {
    addJudged(rows, toJudgedRow(image))
    subjects.push(image.requestId, image.id)
  },
  'cache-written': ({ entry }, rows, subjects) => {
    rows.cached.push(toCacheRow(entry))
    subjects.push(entry.imageId)
  },
  'request-ended': ({ request }, rows, subjects) => {
    rows.ended.push(toEndedRow(request))
    subjects.push(request.id)
  },
  'hold-closed': ({ entry }, rows, subjects) => {
    addHoldChange(rows.holdChanges, toHoldChangeRow(entry))
    rows.entries.push(toLedgerRow(entry))
    subjects.push(entry.requestId, entry.holdId)
  },
}

/** A picture that is judged in the commit that stores it is stored with its verdict. */
function addJudged(rows: BatchRows, judged: JudgedRow): void {
  const index = rows.stored.findIndex(
    (row) => row.id === judged.id && row.request_id === judged.request_id,
  )
  const stored = rows.stored[index]
  if (stored === undefined) rows.judged.push(judged)
  else rows.stored[index] = { ...stored, ...judged }
}

function addHoldChange(changes: HoldChangeRow[], change: HoldChangeRow): void {
  const index = changes.findIndex((other) => canJoin(other, change))
  const other = changes[index]
  if (other === undefined) changes.push(change)
  else changes[index] = joined(other, change)
}
