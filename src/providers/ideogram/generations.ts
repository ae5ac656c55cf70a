import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, ProviderJob } from '../../ports/provider.ts'
import type { WireImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { missingPictures } from '../shared/openai-images/picture-list.ts'
import { classify, words } from './failures.ts'

type Body = Readonly<Record<string, unknown>>

const NANO_PER_MICRO = 1_000n

/** A generation, with where it is found. */
export const jobOf = (id: string): ProviderJob => ({
  id,
  pollUrl: `/v2/generations/${encodeURIComponent(id)}`,
  facts: {},
})

/** Reads the answer to a submit: the generation to poll, or its pictures if they came at once. */
export function fromSubmit(answer: HttpAnswer, call: CallPlan): WireOutcome {
  const body = isObject(answer.json) ? answer.json : {}
  const { generation_id: id } = body
  if (typeof id !== 'string' || id === '') return { kind: 'failed', failure: withoutId(answer) }
  const job = jobOf(id)
  return Array.isArray(body.data) ? completed(body, job, call) : { kind: 'submitted', job }
}

function withoutId(answer: HttpAnswer): ProviderFailure {
  const message = `a submit was answered without a generation: ${words(answer)}`
  const isError = isObject(answer.json) && answer.json.error != null
  return failure(isError ? 'overloaded' : 'bad_image', message, { billed: 'unknown' })
}

/** The request that asks for a generation. */
export const toPoll = ({ pollUrl }: ProviderJob): WireRequest => ({ method: 'GET', url: pollUrl })

/** Reads the answer to a poll. A state that is not known ends the job, it never spins. */
export function fromPoll(answer: HttpAnswer, job: ProviderJob, plan: CallPlan): WireOutcome {
  const failed = (reason: ProviderFailure): WireOutcome => ({
    kind: 'failed',
    failure: reason,
    providerRequestId: job.id,
  })
  if (answer.status === 404) {
    const message = `Ideogram no longer knows the accepted generation ${job.id}`
    return failed(failure('timeout_unknown', message))
  }
  if (answer.status < 200 || answer.status > 299) {
    return failed({ ...classify(answer), billed: 'unknown' })
  }
  const body = isObject(answer.json) ? answer.json : {}
  switch (body.status) {
    case 'pending':
      return { kind: 'pending' }
    case 'completed':
      return completed(body, job, plan)
    case 'failed':
      return failed(classifyFailed(answer))
    default: {
      const state = typeof body.status === 'string' ? body.status.slice(0, 80) : 'none'
      const message = `generation ${job.id} is in the unknown state ${state}`
      return failed(failure('timeout_unknown', message, { providerCode: state }))
    }
  }
}

/**
 * A generation that failed is not charged (developer.ideogram.ai/ideogram-api/errors, read
 * 2026-11-25), whatever the reason.
 */
function classifyFailed(answer: HttpAnswer): ProviderFailure {
  const body = isObject(answer.json) ? answer.json : {}
  const reason = typeof body.failure_reason === 'string' ? body.failure_reason : undefined
  const isRefusal = reason !== undefined && /safety|moderat|policy/i.test(reason)
  return failure(
    isRefusal ? 'content_policy_input' : 'overloaded',
    `the generation failed: ${reason ?? 'no reason is given'}`,
    { billed: false, ...(reason === undefined ? {} : { providerCode: reason.slice(0, 80) }) },
  )
}

/** Withheld pictures are in the list, without a link, and are charged like the others. */
function completed(body: Body, job: ProviderJob, plan: CallPlan): WireOutcome {
  const data = (Array.isArray(body.data) ? body.data : []).filter(isObject).slice(0, plan.n)
  const images = data.flatMap((entry) => toImage(entry, plan))
  const unsafe = data.filter((entry) => entry.is_image_safe === false)
  const facts = { ...reported(body), providerRequestId: job.id }
  const count = images.length + unsafe.length
  if (count === 0) {
    const message = `generation ${job.id} was completed without a picture`
    return { kind: 'failed', failure: failure('empty', message), ...facts }
  }
  const withheld = unsafe.map(() =>
    failure(
      'content_policy_output',
      'Ideogram made the picture and withheld it (is_image_safe: false)',
      { billed: true, providerCode: 'is_image_safe' },
    ),
  )
  const missing = missingPictures(plan.n, count, 'unknown')
  return {
    kind: 'produced',
    images,
    withheld: [...withheld, ...missing],
    usage: {},
    ...facts,
  }
}

function toImage(entry: Body, plan: CallPlan): readonly WireImage[] {
  const { url, seed, prompt } = entry
  if (entry.is_image_safe === false || typeof url !== 'string' || url === '') return []
  const isRevised = typeof prompt === 'string' && prompt !== '' && prompt !== plan.prompt
  return [
    {
      url,
      ...(typeof seed === 'number' ? { seed } : {}),
      ...(isRevised ? { revisedPrompt: prompt } : {}),
    },
  ]
}

/** The charge in dollars; only requests that are priced by what they used report one. */
function reported({ usage_cost_usd_micros: micros }: Body): { readonly reportedDollars?: string } {
  const isAmount = typeof micros === 'number' && Number.isSafeInteger(micros) && micros >= 0
  return isAmount ? { reportedDollars: dollarsFromNano(BigInt(micros) * NANO_PER_MICRO) } : {}
}
