import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { fluxPolls } from '../shared/flux-jobs.ts'
import { submittedJob } from '../shared/poll-reader.ts'
import { postJson } from '../shared/wire-request.ts'
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
export const toPoll = ({ id, pollUrl }: ProviderJob): WireRequest => postJson(pollUrl, { id })

/** Reads a poll. */
export const fromPoll = fluxPolls('Fireworks', failures)
