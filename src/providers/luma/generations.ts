import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { CONTENT, classify, words } from './failures.ts'

type Body = Readonly<Record<string, unknown>>

const pathOf = (id: string): string => `/generations/${encodeURIComponent(id)}`

const isGood = ({ status }: HttpAnswer): boolean => status >= 200 && status <= 299

/** Reads the answer to a submit. */
export function fromSubmit(answer: HttpAnswer): WireOutcome {
  const id = isObject(answer.json) ? answer.json.id : undefined
  if (typeof id === 'string' && id !== '') {
    return { kind: 'submitted', job: { id, pollUrl: pathOf(id), facts: {} } }
  }
  const message = `a submit was answered without a generation: ${words(answer)}`
  const failed = failure(isObject(answer.json) ? 'overloaded' : 'bad_image', message, {
    billed: 'unknown',
  })
  return { kind: 'failed', failure: failed }
}

/** The request that asks for a generation. */
export const toPoll = ({ pollUrl }: ProviderJob): WireRequest => ({ method: 'GET', url: pollUrl })

/** Reads the answer to a poll. A state that is not known ends the job, it never spins. */
export function fromPoll(answer: HttpAnswer, job: ProviderJob): WireOutcome {
  const failed = (reason: ProviderFailure): WireOutcome => ({
    kind: 'failed',
    failure: reason,
    providerRequestId: job.id,
  })
  if (answer.status === 404) {
    const message = `Luma no longer knows the accepted generation ${job.id}`
    return failed(failure('timeout_unknown', message))
  }
  if (!isGood(answer)) return failed({ ...classify(answer), billed: 'unknown' })
  const body: Body = isObject(answer.json) ? answer.json : {}
  switch (body.state) {
    case 'queued':
    case 'dreaming':
      return { kind: 'pending' }
    case 'completed': {
      const { image } = isObject(body.assets) ? body.assets : {}
      if (typeof image !== 'string' || image === '') {
        return failed(failure('empty', `generation ${job.id} was completed without a picture`))
      }
      const produced = { images: [{ url: image }], withheld: [], usage: { images: 1 } }
      return { kind: 'produced', ...produced, providerRequestId: job.id }
    }
    case 'failed':
      return failed(classifyFailed(answer))
    default: {
      const state = typeof body.state === 'string' ? body.state.slice(0, 80) : 'none'
      const message = `generation ${job.id} is in the unknown state ${state}`
      return failed(failure('timeout_unknown', message, { providerCode: state }))
    }
  }
}

/**
 * Luma does not say whether a failure is charged. One for its content is: the picture was made, or
 * nobody knows; any other is doubtful.
 */
function classifyFailed(answer: HttpAnswer): ProviderFailure {
  const reason = words(answer)
  const isRefusal = CONTENT.test(reason)
  const message = `the generation failed: ${reason}`
  if (!isRefusal) return failure('overloaded', message, { billed: 'unknown' })
  const isPrompt = /\b(?:prompt|input)\b/i.test(reason)
  return failure(isPrompt ? 'content_policy_input' : 'content_policy_output', message)
}
