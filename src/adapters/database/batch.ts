import type { EvidenceNote } from '../../core/acceptance/evidence-note.ts'
import type { Fact } from '../../core/jobs/request-record.ts'
import { openEntry } from '../../core/ledger/entry.ts'
import {
  type IdempotencyKeyRow,
  type OwedAnswerRow,
  toIdempotencyKeyRow,
  toOwedAnswerRow,
} from './answer-rows.ts'
import { type ExplorationRow, type SightingRow, toSightingRow } from './belief-tables.ts'
import { type HoldClaimRow, toHoldClaimRow } from './budget-rows.ts'
import type { CacheRow } from './cache-tables.ts'
import {
  type BackRow,
  type BegunRow,
  canJoin,
  type EndedRow,
  type HoldChangeRow,
  type JudgedRow,
  joined,
  type SettledRow,
  type SubmittedRow,
  toBackRow,
  toBegunRow,
  toEndedRow,
  toHoldChangeRow,
  toJudgedRow,
  toSettledRow,
} from './changes.ts'
import type { ExperimentRequestRow } from './experiment-tables.ts'
import { type DeliveryRow, type NoticeRow, toDeliveryRow, toNoticeRow } from './notice-rows.ts'
import {
  toAttemptRow,
  toCacheRow,
  toHoldRow,
  toImageRow,
  toLedgerRow,
  toRequestRow,
} from './rows.ts'
import type { AttemptRow, HoldRow, ImageRow, LedgerRow, RequestRow } from './schema.ts'

/** Rows, sorted by what is to be done with them. */
export interface BatchRows {
  readonly named: IdempotencyKeyRow[]
  readonly accepted: RequestRow[]
  readonly begun: BegunRow[]
  readonly owed: OwedAnswerRow[]
  readonly opened: HoldRow[]
  readonly claims: HoldClaimRow[]
  readonly started: AttemptRow[]
  readonly submitted: SubmittedRow[]
  readonly settled: SettledRow[]
  readonly stored: ImageRow[]
  readonly judged: JudgedRow[]
  readonly cached: CacheRow[]
  readonly ended: EndedRow[]
  readonly back: BackRow[]
  readonly holdChanges: HoldChangeRow[]
  readonly entries: LedgerRow[]
  readonly notices: NoticeRow[]
  readonly deliveries: DeliveryRow[]
  readonly closed: OwedAnswerRow[]
  readonly sighted: SightingRow[]
  readonly sightedAgain: SightingRow[]
  readonly learned: Pick<EvidenceNote, 'deltas' | 'change'>[]
  readonly explored: ExplorationRow[]
  readonly joined: ExperimentRequestRow[]
}

/** The facts of one commit. */
export interface Batch {
  readonly factCount: number
  /** Where in a life, counted in {@link factOrder}, its earliest and its latest fact stand. */
  readonly from: number
  readonly until: number
  /** Ids of everything the facts speak of, but not the key that pays. */
  readonly subjects: readonly string[]
  readonly rows: BatchRows
}

/** Kinds of facts in the order in which a group writes them, which is that of a request's life. */
const factOrder: { readonly [Kind in Fact['kind']]: number } = {
  'key-used': 0,
  'request-accepted': 1,
  'job-begun': 1,
  'answer-owed': 2,
  'hold-opened': 3,
  'attempt-started': 4,
  'attempt-submitted': 5,
  'attempt-settled': 6,
  'image-derived': 7,
  'image-judged': 7,
  'evidence-noted': 7,
  'plan-chosen': 1,
  'experiment-joined': 1,
  'cache-written': 8,
  'request-ended': 9,
  'job-put-back': 9,
  'hold-closed': 10,
  'notice-given': 11,
  'answer-closed': 12,
}

/**
 * Gathers rows. A picture that is judged after it was stored here is stored with its verdict, and
 * the changes of one hold become one.
 */
class Collector {
  readonly rows: BatchRows = {
    named: [],
    accepted: [],
    begun: [],
    owed: [],
    opened: [],
    claims: [],
    started: [],
    submitted: [],
    settled: [],
    stored: [],
    judged: [],
    cached: [],
    ended: [],
    back: [],
    holdChanges: [],
    entries: [],
    notices: [],
    deliveries: [],
    closed: [],
    sighted: [],
    sightedAgain: [],
    learned: [],
    explored: [],
    joined: [],
  }
  readonly #pictures = new Map<string, number>()
  readonly #changes = new Map<string, number>()

  store(row: ImageRow): void {
    this.#pictures.set(`${row.request_id} ${row.id}`, this.rows.stored.length)
    this.rows.stored.push(row)
  }

  judge(row: JudgedRow): void {
    const { stored, judged } = this.rows
    const index = this.#pictures.get(`${row.request_id} ${row.id}`)
    const picture = index === undefined ? undefined : stored[index]
    if (index === undefined || picture === undefined) judged.push(row)
    else stored[index] = { ...picture, ...row }
  }

  changeHold(row: HoldChangeRow): void {
    const { holdChanges } = this.rows
    const name = `${row.request_id} ${row.id}`
    const index = this.#changes.get(name)
    const other = index === undefined ? undefined : holdChanges[index]
    if (index === undefined || other === undefined || !canJoin(other, row)) {
      this.#changes.set(name, holdChanges.length)
      holdChanges.push(row)
    } else holdChanges[index] = joined(other, row)
  }
}

/** Rows of a commit; a snapshot, so a caller may go on with its own objects. */
export function toBatch(facts: readonly Fact[]): Batch {
  const subjects: string[] = []
  const collector = new Collector()
  for (const fact of facts) add(fact, collector, subjects)
  const places = facts.map(({ kind }) => factOrder[kind])
  const [from, until] = [Math.min(...places), Math.max(...places)]
  return { factCount: facts.length, from, until, subjects, rows: collector.rows }
}

/** The rows of several commits as those of one. */
export function joinRows(batches: readonly Batch[]): BatchRows {
  const collector = new Collector()
  const { rows } = collector
  for (const { stored, judged, holdChanges, ...others } of batches.map((batch) => batch.rows)) {
    for (const row of stored) collector.store(row)
    for (const row of judged) collector.judge(row)
    for (const row of holdChanges) collector.changeHold(row)
    for (const name of Object.keys(others) as (keyof typeof others)[]) {
      const all: unknown[] = rows[name]
      all.push(...others[name])
    }
  }
  return rows
}

/** Adds the rows of one kind of fact and names what it speaks of. */
type FactAdder<Kind extends Fact['kind']> = (
  fact: Extract<Fact, { readonly kind: Kind }>,
  to: Collector,
  subjects: string[],
) => void

function add<Kind extends Fact['kind']>(
  fact: Extract<Fact, { readonly kind: Kind }>,
  to: Collector,
  subjects: string[],
): void {
  const adder: FactAdder<Kind> = adders[fact.kind as Kind]
  adder(fact, to, subjects)
}

/** One entry for each kind of fact: a kind without one does not compile. */
const adders: { readonly [Kind in Fact['kind']]: FactAdder<Kind> } = {
  'key-used': ({ key }, { rows }, subjects) => {
    rows.named.push(toIdempotencyKeyRow(key))
    subjects.push(`${key.keyId} ${key.name}`)
  },
  'request-accepted': ({ request }, { rows }, subjects) => {
    rows.accepted.push(toRequestRow(request))
    subjects.push(request.id)
  },
  'job-begun': ({ request }, { rows }, subjects) => {
    rows.begun.push(toBegunRow(request))
    subjects.push(request.id)
  },
  'job-put-back': (fact, { rows }, subjects) => {
    rows.back.push(toBackRow(fact))
    subjects.push(fact.id)
  },
  'answer-owed': ({ answer }, { rows }, subjects) => {
    rows.owed.push(toOwedAnswerRow(answer))
    subjects.push(answer.requestId)
  },
  'hold-opened': ({ hold, claims = [] }, { rows }, subjects) => {
    rows.opened.push(toHoldRow(hold))
    rows.claims.push(...claims.map((claim) => toHoldClaimRow(hold, claim)))
    rows.entries.push(toLedgerRow(openEntry(hold)))
    subjects.push(hold.requestId, hold.id)
  },
  'attempt-started': ({ attempt }, { rows }, subjects) => {
    rows.started.push(toAttemptRow(attempt))
    subjects.push(attempt.requestId, attempt.id)
  },
  'attempt-submitted': ({ attemptId, job }, { rows }, subjects) => {
    rows.submitted.push({ id: attemptId, job: JSON.stringify(job) })
    subjects.push(attemptId)
  },
  'attempt-settled': ({ attempt, entry, images }, to, subjects) => {
    to.rows.settled.push(toSettledRow(attempt, entry, images))
    to.rows.entries.push(toLedgerRow(entry))
    to.changeHold(toHoldChangeRow(entry))
    subjects.push(attempt.requestId, attempt.id, entry.holdId)
    images.forEach((image, position) => {
      to.store(toImageRow(image, position))
      subjects.push(image.id)
    })
  },
  'image-derived': ({ image }, to, subjects) => {
    to.store(toImageRow(image, 0))
    subjects.push(image.requestId, image.id)
  },
  'image-judged': ({ image }, to, subjects) => {
    to.judge(toJudgedRow(image))
    subjects.push(image.requestId, image.id)
  },
  'evidence-noted': ({ note: { kept, ...learned } }, { rows }, subjects) => {
    const sightings = kept.revision === 0 ? rows.sighted : rows.sightedAgain
    sightings.push(toSightingRow(kept))
    rows.learned.push(learned)
    subjects.push(`sighting ${kept.imageId}`)
  },
  'plan-chosen': ({ book, knownNano, extraNano }, { rows }) => {
    rows.explored.push({ book, requests: 1n, known_nano: knownNano, extra_nano: extraNano })
  },
  'experiment-joined': ({ requestId, experimentId, arm }, { rows }) => {
    rows.joined.push({ request_id: requestId, experiment_id: experimentId, arm })
  },
  'cache-written': ({ entry }, { rows }, subjects) => {
    rows.cached.push(toCacheRow(entry))
    subjects.push(entry.imageId)
  },
  'request-ended': ({ request }, { rows }, subjects) => {
    rows.ended.push(toEndedRow(request))
    subjects.push(request.id)
  },
  'hold-closed': ({ entry }, to, subjects) => {
    to.changeHold(toHoldChangeRow(entry))
    to.rows.entries.push(toLedgerRow(entry))
    subjects.push(entry.requestId, entry.holdId)
  },
  'notice-given': ({ told }, { rows }, subjects) => {
    rows.notices.push(toNoticeRow(told))
    rows.deliveries.push(...told.deliveries.map(toDeliveryRow))
    subjects.push(told.id, ...told.deliveries.map(({ id }) => id))
  },
  'answer-closed': ({ answer }, { rows }, subjects) => {
    rows.closed.push(toOwedAnswerRow(answer))
    subjects.push(answer.requestId)
  },
}
