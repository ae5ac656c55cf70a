import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { linkedPicture, type Polled, pollReader, submittedJob } from '../shared/poll-reader.ts'
import { failures } from './classify.ts'

/** Reads the answer to the submit of a Kontext model: nothing but the id of the job. */
export function fromSubmit(
  answer: HttpAnswer,
  { model }: Pick<ProviderCall, 'model'>,
): WireOutcome {
  const id = isObject(answer.json) ? answer.json.request_id : undefined
  const pollUrl = `/workflows/${model.wireName ?? model.id}/get_result`
  return submittedJob(answer, id, () => pollUrl, { words: failures.wordsOf(answer) })
}

/** Asks for a job; Fireworks takes its id in a body, so this is a POST that changes nothing. */
export const toPoll = ({ id, pollUrl }: ProviderJob): WireRequest => ({
  method: 'POST',
  url: pollUrl,
  body: { kind: 'json', value: { id } },
})

/** Reads a poll. */
export const fromPoll = pollReader({
  service: 'Fireworks',
  failures,
  stateOf: ({ status }) => status,
  states: {
    Pending: 'pending',
    Ready: ({ task, job }) => {
      const { sample, seed } = isObject(task.result) ? task.result : {}
      return linkedPicture(job, sample, seed)
    },
    'Request Moderated': (polled) => ended(polled, 'content_policy_input'),
    'Content Moderated': (polled) => ended(polled, 'content_policy_output'),
    Error: (polled) => ended(polled, 'overloaded'),
    'Task not found': 'lost',
  },
})

/** Why a job ended so, where it is said: `details` is a text or an object of lists. */
function ended(
  { task: { status, details } }: Polled,
  failureClass: ProviderFailure['class'],
): ProviderFailure {
  const state = String(status)
  const text = typeof details === 'string' ? details : JSON.stringify(details)
  const words = details == null ? state : `${state}: ${text}`
  return failure(failureClass, words.slice(0, 500), { providerCode: state })
}
