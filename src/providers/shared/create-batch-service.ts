import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import type {
  BatchedCall,
  BatchedOutcome,
  BatchFound,
  BatchService,
} from '../../ports/batch-service.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallOutcome, ProviderCall, ProviderJob } from '../../ports/provider.ts'
import type { BatchRule, WireBatchResult } from './batch-rule.ts'
import type { WireRequest } from './definition.ts'
import { gather } from './download.ts'
import { exchange, isPassing, type Line, maxAnswerBytes, signed, toHttp } from './transport.ts'

/** Limits of talking to a batch service. */
const limits = {
  /** One request of handing in, with all lines in it. */
  submitMs: 300_000,
  askMs: 60_000,
  /** A file of results, of which each line is worth money. */
  resultsMs: 1_800_000,
  /** Pages of batches that are looked through for a name. */
  maxPages: 50,
  /** An answer that tells of batches. */
  maxAnswerBytes: 16 * 1024 * 1024,
} as const

type Signal = { readonly signal?: AbortSignal }

type Asked = { readonly answer: HttpAnswer } | { readonly failure: ProviderFailure }

/** How a provider is asked about its batches. */
interface Teller {
  readonly line: Line
  readonly clock: Clock
  readonly rule: BatchRule
}

/** A provider's batches over its usual line. */
export function createBatchService(line: Line, clock: Clock, rule: BatchRule): BatchService {
  const teller: Teller = { line, clock, rule }
  return {
    limits: rule.limits,
    find: (name, context) => find(name, context, teller),
    submit: (name, calls, context) => submit(name, calls, context, teller),
    look: async (job, context) => {
      const asked = await ask(rule.toLook(job), context, limits.askMs, teller)
      if ('failure' in asked) {
        const { failure: reason } = asked
        const mayPass = reason.status === undefined || isPassing(reason.status)
        return { kind: 'failed', failure: reason, isPassing: mayPass }
      }
      const unread = failure('overloaded', 'an answer that tells of no batch')
      return (
        rule.fromLook(asked.answer, job) ?? { kind: 'failed', failure: unread, isPassing: true }
      )
    },
    results: (job, planOf, context) => readResults(job, planOf, context, teller),
    cancel: async (job, context) =>
      'answer' in (await ask(rule.toCancel(job), context, limits.askMs, teller)),
  }
}

async function ask(
  wire: WireRequest,
  { signal }: Signal,
  totalMs: number,
  { line }: Teller,
): Promise<Asked> {
  const request = toHttp(line, wire, {
    timeouts: { headersMs: totalMs, totalMs },
    maxBytes: limits.maxAnswerBytes,
    signal,
  })
  const result = await exchange(line, request)
  if ('failure' in result) return result
  const { answer } = result
  const isGood = answer.status >= 200 && answer.status <= 299
  return isGood ? { answer } : { failure: line.definition.classify(answer) }
}

async function submit(
  name: string,
  calls: readonly BatchedCall[],
  context: Signal,
  teller: Teller,
): ReturnType<BatchService['submit']> {
  const { line, rule } = teller
  const lines = calls.map((call) => ({
    key: call.attemptId,
    wire: line.definition.toWire(call, []),
  }))
  const answers: HttpAnswer[] = []
  for (;;) {
    const wire = rule.toSubmit(name, lines, calls, answers)
    if (wire === undefined) break
    const asked = await ask(wire, context, limits.submitMs, teller)
    if ('failure' in asked) return { kind: 'failed', failure: asked.failure }
    answers.push(asked.answer)
  }
  const job = rule.fromBatch(answers.at(-1)?.json)
  if (job !== undefined) return { kind: 'submitted', job }
  const text = 'the answer to a batch names none'
  return { kind: 'failed', failure: failure('overloaded', text, { billed: 'unknown' }) }
}

async function find(name: string, context: Signal, teller: Teller): Promise<BatchFound> {
  const { rule } = teller
  let after: string | undefined
  for (let page = 0; page < limits.maxPages; page += 1) {
    const asked = await ask(rule.toList(after), context, limits.askMs, teller)
    if ('failure' in asked) return { kind: 'failed', failure: asked.failure }
    const list = rule.fromList(asked.answer)
    const ours = list.batches.find((each) => each.name === name)
    const job = ours && rule.fromBatch(ours.value)
    if (job !== undefined) return { kind: 'found', job }
    if (list.after === undefined) return { kind: 'none' }
    after = list.after
  }
  return { kind: 'none' }
}

async function* readResults(
  job: ProviderJob,
  planOf: (key: string) => CallPlan | undefined,
  { signal }: Signal,
  teller: Teller,
): AsyncGenerator<BatchedOutcome> {
  const { line, rule } = teller
  for (const wire of rule.toResults(job)) {
    const request = toHttp(line, wire, {
      timeouts: { headersMs: limits.askMs, totalMs: limits.resultsMs },
      maxBytes: maxAnswerBytes(1),
      signal,
    })
    const sent = await signed(line, { ...request, isLines: true })
    const { answer, events } = await line.http.stream(sent)
    if (answer !== undefined) throw new Error(`the results answered ${answer.status}`)
    for await (const event of events) {
      const read = rule.fromResult(event)
      const plan = read && planOf(read.key)
      if (read === undefined || plan === undefined) continue
      yield { key: read.key, outcome: await outcomeOf(read, plan, teller) }
    }
  }
}

async function outcomeOf(
  read: WireBatchResult,
  plan: CallPlan,
  { line, clock }: Teller,
): Promise<CallOutcome> {
  const { definition } = line
  if ('failure' in read) return { kind: 'failed', failure: read.failure }
  const { answer } = read
  if (answer.status < 200 || answer.status > 299) {
    return { kind: 'failed', failure: definition.classify(answer) }
  }
  const { images: _, mask: __, ...known } = plan
  const call: ProviderCall = { ...known, attemptId: read.key, images: [], safetyIdentifier: '' }
  const wire = definition.fromWire(answer, call)
  if (wire.kind === 'failed') return wire
  if (wire.kind === 'produced') return gather(line, clock, wire, undefined)
  return { kind: 'failed', failure: failure('bad_image', 'a line without an end') }
}
