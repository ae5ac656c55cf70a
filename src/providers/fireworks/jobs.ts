import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { classify, readError } from './classify.ts'

/** Reads the answer to the submit of a Kontext model: nothing but the id of the job. */
export function fromSubmit(
  answer: HttpAnswer,
  { model }: Pick<ProviderCall, 'model'>,
): WireOutcome {
  const { json } = answer
  const id = isObject(json) ? json.request_id : undefined
  if (typeof id !== 'string' || id === '') {
    const isJson = isObject(json)
    const message = `a submit was answered without a request_id: ${readError(answer).words}`
    const reason = failure(isJson ? 'overloaded' : 'bad_image', message, { billed: 'unknown' })
    return { kind: 'failed', failure: reason }
  }
  const pollUrl = `/workflows/${model.wireName ?? model.id}/get_result`
  return { kind: 'submitted', job: { id, pollUrl, facts: {} } }
}

/** Asks for a job; Fireworks takes its id in a body, so this is a POST that changes nothing. */
export const toPoll = ({ id, pollUrl }: ProviderJob): WireRequest => ({
  method: 'POST',
  url: pollUrl,
  body: { kind: 'json', value: { id } },
})

/** Reads a poll. A state that is not known ends the job, it never spins. */
export function fromPoll(answer: HttpAnswer, job: ProviderJob): WireOutcome {
  const task = isObject(answer.json) ? answer.json : {}
  const { status: state } = task
  if (typeof state !== 'string') return failed(unread(answer), job)
  const words = detailsOf(task) ?? state
  switch (state) {
    case 'Pending':
      return { kind: 'pending' }
    case 'Ready':
      return ready(task.result, job)
    case 'Request Moderated':
      return failed(failure('content_policy_input', words, { providerCode: state }), job)
    case 'Content Moderated':
      return failed(failure('content_policy_output', words, { providerCode: state }), job)
    case 'Error':
      return failed(failure('overloaded', words, { providerCode: state }), job)
    default: {
      const code = state.slice(0, 80)
      const message =
        state === 'Task not found'
          ? `Fireworks no longer knows the accepted job ${job.id}`
          : `job ${job.id} ended in the unknown state ${code}`
      return failed(failure('timeout_unknown', message, { providerCode: code }), job)
    }
  }
}

/** Why a job ended so, where it is said: `details` is a text or an object of lists. */
function detailsOf({ details, status }: Record<string, unknown>): string | undefined {
  if (details == null) return undefined
  const text = typeof details === 'string' ? details : JSON.stringify(details)
  return `${String(status)}: ${text}`.slice(0, 500)
}

/** A poll that says nothing about the job. What becomes of an accepted job is then unknown. */
function unread(answer: HttpAnswer): ProviderFailure {
  if (answer.status >= 200 && answer.status <= 299) {
    const message = `a poll was answered without a status: ${readError(answer).words}`
    return failure('bad_image', message.slice(0, 500), { billed: 'unknown' })
  }
  return { ...classify(answer), billed: 'unknown' }
}

function ready(result: unknown, job: ProviderJob): WireOutcome {
  const { sample, seed } = isObject(result) ? result : {}
  if (typeof sample !== 'string' || !URL.canParse(sample)) {
    return failed(failure('empty', `job ${job.id} is ready without a picture`), job)
  }
  return {
    kind: 'produced',
    images: [{ url: sample, ...(typeof seed === 'number' ? { seed } : {}) }],
    withheld: [],
    usage: {},
    providerRequestId: job.id,
  }
}

const failed = (reason: ProviderFailure, job: ProviderJob): WireOutcome => ({
  kind: 'failed',
  failure: reason,
  providerRequestId: job.id,
})
