import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { Fact, RequestRecord } from '../../core/jobs/request-record.ts'
import type { JsonObject } from '../../core/json.ts'
import { closeEntry } from '../../core/ledger/entry.ts'
import type { Nano } from '../../core/money.ts'
import { requestNotice } from '../../core/notices/request-notice.ts'
import type { Plan } from '../../core/routing/plan.ts'
import type { Instant } from '../../core/time.ts'
import { acceptedRecord, unwrittenOf } from '../acceptance.ts'
import { cacheFacts, cacheWord, keepPrompt, printMatches } from '../cache-entries.ts'
import { countLookups } from '../count-lookups.ts'
import { isCutShort, printCut, unspentNano } from '../cut-short.ts'
import type { Dependencies } from '../dependencies.ts'
import { failureOf } from '../failure-of.ts'
import { loadImage } from '../load-image.ts'
import { madeOf } from '../made-of.ts'
import { paidWrite } from '../paid-write.ts'
import { ENLARGE_STEP } from '../preliminary.ts'
import { printDrafts } from '../print-plan.ts'
import { type GatewayResult, scored } from '../result.ts'
import { bookOf, type Run, readyImages, spentNano, turnNano } from '../run.ts'
import { toErrorSummary } from '../stored-error.ts'
import { toSummary } from '../stored-result.ts'
import { sumTokens } from '../sum-tokens.ts'
import { warningsOf } from '../warnings-of.ts'

/**
 * Ends the request: receipt, release of the rest of the hold, cache entries, events; then the
 * answer, or the error when not one picture came.
 * @throws GatewayError what the failures of all attempts amount to.
 */
export async function finish(
  run: Run,
  deps: Dependencies,
  after: After = () => undefined,
): Promise<GatewayResult> {
  const result = toResult(run, deps)
  run.sibling?.hold(result.images.map(({ record }) => record.digest))
  const error = result.images.length === 0 ? errorOf(run, result.costNano) : undefined
  const durationMs = deps.clock.monotonicMs() - run.startedMs
  const answer = { result, durationMs, ...(error === undefined ? {} : { error }) }
  const { late } = run
  const look = () => deps.budgets.look(run.claims ?? [], bookOf(run))
  if (late === undefined) {
    const isWritten = await end(run, answer, deps)
    return give(withLeft(answer, await look()), isWritten)
  }
  run.sibling?.leave(deps.clock.monotonicMs())
  after(
    late.then((ended) => {
      return end({ ...run, ended: [...run.ended, ...ended] }, answer, deps).then(look)
    }),
  )
  const isWritten = await allOf(run.ended.map(({ written }) => written))
  return give(withLeft(answer, await look()), isWritten)
}

const withLeft = (answer: Answer, budgetLeftNano: Nano | undefined): Answer =>
  budgetLeftNano === undefined
    ? answer
    : { ...answer, result: { ...answer.result, budgetLeftNano } }

/** Takes work that goes on after the answer. */
export type After = (work: Promise<unknown>) => void

/** What the caller is told, decided before the last call has ended. */
interface Answer {
  readonly result: GatewayResult
  readonly durationMs: number
  readonly error?: GatewayError
}

/** @throws GatewayError what the failures amount to, when not one picture came. */
function give({ result, error }: Answer, isWritten: boolean): GatewayResult {
  if (error !== undefined) throw error
  if (isWritten) return result
  const message = 'The database did not take the record of this request yet.'
  return { ...result, warnings: [...result.warnings, { code: 'not_stored_yet', message }] }
}

/** Writes the end down, with what all calls cost. @returns whether it is durable. */
async function end(run: Run, answer: Answer, deps: Dependencies): Promise<boolean> {
  const { durationMs, error } = answer
  const { listCostNano } = answer.result
  const cost = costOf(run, listCostNano)
  const result = { ...answer.result, ...cost, attempts: run.ended.length }
  const endedAt = deps.clock.now()
  const record = toEnded(run, result, endedAt, error)
  const images = result.images.map((image) => image.record)
  for (const image of images) deps.pictures.note(image)
  const notice = requestNotice(record, run.request, images)
  const told = deps.notices.prepare(notice, run.request.webhook)
  const facts = endFacts(run, record, endedAt, deps)
  facts.push({ kind: 'notice-given', told })
  const after = allOf(run.ended.map((ended) => ended.written))
  const isWritten = await allOf([paidWrite({ requestId: run.id, facts, after }, deps), after])
  run.sibling?.leave(deps.clock.monotonicMs())
  deps.notices.given(told)
  countLookups(run, deps)
  if (isWritten) void keepPrompt(run, facts, deps)
  deps.emit({
    kind: 'request-ended',
    request: record,
    images: result.images.length,
    durationMs,
    overheadMs: result.overheadMs,
    cache: run.cacheKey === undefined ? 'off' : run.hits.length > 0 ? 'hit' : 'miss',
    ...(isCutShort(run) ? { cancelledNano: unspentNano(run) } : {}),
  })
  return isWritten
}

/** What the calls cost that have ended, and how that compares. */
function costOf(
  run: Run,
  listNano: Nano | undefined,
): Pick<GatewayResult, 'costNano' | 'savedNano'> {
  const costNano = spentNano(run)
  return { costNano, ...(listNano === undefined ? {} : { savedNano: listNano - costNano }) }
}

/** Why there is not one picture. */
function errorOf(run: Run, costNano: Nano): GatewayError {
  if (isCutShort(run)) {
    const message = 'The request was cancelled before it had a picture.'
    return new GatewayError('cancelled', message, { requestId: run.id, costNano })
  }
  return run.refusal ?? failureOf(run, costNano)
}

const allOf = async (writes: readonly Promise<boolean>[]): Promise<boolean> =>
  (await Promise.all(writes)).every((isWritten) => isWritten)

function endFacts(run: Run, record: RequestRecord, endedAt: Instant, deps: Dependencies): Fact[] {
  // Without a hold nothing was written yet: the acceptance goes along with the end.
  const facts: Fact[] = run.hold === undefined ? [...unwrittenOf(run)] : []
  facts.push({ kind: 'request-ended', request: record })
  if (run.hold !== undefined) {
    const isLost = run.isRecovered === true && record.state === 'failed'
    const kind = isLost ? 'expire' : 'release'
    const entry = closeEntry(run.hold, kind, turnNano(run), endedAt)
    facts.push({ kind: 'hold-closed', entry })
  }
  // Without an answer there is a refusal, which pictures of a late call must not undo.
  return record.state === 'failed' ? facts : [...facts, ...cacheFacts(run, endedAt, deps)]
}

function toResult(run: Run, deps: Dependencies): GatewayResult {
  // A provider may make more than it was asked for; the rest answers later requests.
  const images = readyImages(run).slice(0, run.request.n)
  const producing = run.ended.filter((ended) => ended.images.length > 0)
  const first = images[0]?.record
  const tokens = sumTokens(producing.map((ended) => ended.attempt.usage))
  const listNano = listNanoOf(run, images.length)
  return {
    requestId: run.id,
    createdAt: run.startedAt,
    answeredAt: deps.clock.now(),
    images: images.map(({ record, bytes }) => ({
      record,
      load: async () => bytes ?? loadImage(record, deps),
    })),
    ...costOf(run, listNano),
    ...(listNano === undefined ? {} : { listCostNano: listNano }),
    book: bookOf(run),
    provider: first?.provider ?? '',
    model: first?.model ?? '',
    route: routeOf(run),
    attempts: run.ended.length,
    cache: cacheWord(run),
    priceVersion: run.snapshot.book.version,
    warnings: warningsOf(run, images.length),
    ...scored(images.map(({ record }) => record)),
    resolved: producing[0]?.resolved ?? {},
    ...(tokens === undefined ? {} : { tokens }),
    ...draftsOf(run.plan),
    overheadMs: toMicroseconds(deps.clock.monotonicMs() - run.startedMs - run.providerMs),
    release: () => run.reservation?.release(),
  }
}

/** Both baselines, where a draft was refined. */
const draftsOf = ({ comparison, drafts }: Partial<Plan> = {}): Pick<GatewayResult, 'drafts'> =>
  comparison === undefined ? {} : { drafts: printDrafts(comparison, drafts) }

/** What the model asked for would cost for the pictures there are: what failed saves nothing. */
function listNanoOf({ listNano, request }: Run, images: number): Nano | undefined {
  return listNano === undefined ? undefined : (listNano * BigInt(images)) / BigInt(request.n)
}

/** Whole microseconds, as the record keeps them: an answer that is given again says the same. */
const toMicroseconds = (ms: number): number => Math.round(Math.max(0, ms) * 1000) / 1000

/**
 * `cache` when nothing was made, `direct` for the first step, `cascade` with the number of further
 * steps that were tried because gates had refused, else the number of the step that delivered, and
 * whether it was asked beside a silent one or after a failure.
 */
function routeOf(run: Run): string {
  if (run.ended.length === 0) return 'cache'
  if (run.picked !== undefined && run.ended.some(({ attempt }) => attempt.step >= 0)) {
    return 'draft-refine'
  }
  const last = run.ended.findLast((ended) => ended.images.length > 0)
  if (last?.attempt.step === ENLARGE_STEP) return 'upscale'
  const escalations = escalationsOf(run)
  if (escalations > 0) return `cascade:${escalations}`
  const step = last?.attempt.step ?? 0
  if (step === 0) return 'direct'
  return `${last?.attempt.call.hedge === true ? 'hedge' : 'fallback'}:${step + 1}`
}

/** Steps that were tried after the first one whose pictures gates refused. */
function escalationsOf({ ended }: Run): number {
  const isRefused = ({ failures }: Run['ended'][number]): boolean =>
    failures.some((failure) => failure.class === 'gate_refused')
  const steps = ended.filter(isRefused).map(({ attempt }) => attempt.step)
  const first = Math.min(...steps)
  return new Set(ended.map(({ attempt }) => attempt.step).filter((step) => step > first)).size
}

function toEnded(
  run: Run,
  result: GatewayResult,
  endedAt: Instant,
  error: GatewayError | undefined,
): RequestRecord {
  const accepted = acceptedRecord(run.unwritten)
  if (accepted === undefined) throw new TypeError('a run that was never accepted cannot end')
  const { leaseOwner: _, leaseUntil: __, ...record } = accepted
  return {
    ...record,
    state: isCutShort(run) ? 'cancelled' : error === undefined ? 'completed' : 'failed',
    endedAt,
    costNano: result.costNano,
    ...(result.listCostNano === undefined ? {} : { listCostNano: result.listCostNano }),
    ...(result.savedNano === undefined ? {} : { savedNano: result.savedNano }),
    ...(error === undefined ? {} : { error: toErrorSummary(error) }),
    made: madeOf(run, result),
    summary: {
      ...{ ...toSummary(result), ...printMatches(run) },
      ...(isCutShort(run) ? { cancelled: printCut(run) } : {}),
      ...printTries(run, error),
    },
  }
}

/** What the receipt says of a job: how often it was tried, and whether that was given up. */
const printTries = ({ job }: Run, error: GatewayError | undefined): JsonObject =>
  job === undefined
    ? {}
    : { tries: job.place.tries + 1, ...(error?.retryable === true ? { dead_letter: true } : {}) }
