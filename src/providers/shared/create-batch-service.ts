import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { BatchFound, BatchService } from '../../ports/batch-service.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallOutcome, ProviderCall } from '../../ports/provider.ts'
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

/** A provider's batches over its usual line. */
export function createBatchService(line: Line, clock: Clock, rule: BatchRule): BatchService {
  const { definition } = line
  const ask = async (wire: WireRequest, { signal }: Signal, totalMs: number): Promise<Asked> => {
    const request = toHttp(line, wire, {
      timeouts: { headersMs: totalMs, totalMs },
      maxBytes: limits.maxAnswerBytes,
      signal,
    })
    const result = await exchange(line, request)
    if ('failure' in result) return result
    const { answer } = result
    const isGood = answer.status >= 200 && answer.status <= 299
    return isGood ? { answer } : { failure: definition.classify(answer) }
  }
  const find = async (name: string, context: Signal): Promise<BatchFound> => {
    let after: string | undefined
    for (let page = 0; page < limits.maxPages; page += 1) {
      const asked = await ask(rule.toList(after), context, limits.askMs)
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
  const outcomeOf = async (read: WireBatchResult, plan: CallPlan): Promise<CallOutcome> => {
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
  return {
    limits: rule.limits,
    find,
    submit: async (name, calls, context) => {
      const lines = calls.map((call) => ({
        key: call.attemptId,
        wire: definition.toWire(call, []),
      }))
      const answers: HttpAnswer[] = []
      for (;;) {
        const wire = rule.toSubmit(name, lines, calls, answers)
        if (wire === undefined) break
        const asked = await ask(wire, context, limits.submitMs)
        if ('failure' in asked) return { kind: 'failed', failure: asked.failure }
        answers.push(asked.answer)
      }
      const job = rule.fromBatch(answers.at(-1)?.json)
      if (job !== undefined) return { kind: 'submitted', job }
      const text = 'the answer to a batch names none'
      return { kind: 'failed', failure: failure('overloaded', text, { billed: 'unknown' }) }
    },
    look: async (job, context) => {
      const asked = await ask(rule.toLook(job), context, limits.askMs)
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
    results: async function* (job, planOf, { signal }) {
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
          yield { key: read.key, outcome: await outcomeOf(read, plan) }
        }
      }
    },
    cancel: async (job, context) =>
      'answer' in (await ask(rule.toCancel(job), context, limits.askMs)),
  }
}
