import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { classify, classifyFailed, words } from './failures.ts'

/** Reads the answer to a submit. */
export function fromSubmit(answer: HttpAnswer): WireOutcome {
  const id = isObject(answer.json) ? answer.json.id : undefined
  if (typeof id === 'string' && id !== '') {
    const pollUrl = `/generations/${encodeURIComponent(id)}`
    return { kind: 'submitted', job: { id, pollUrl, facts: {} } }
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
  if (answer.status < 200 || answer.status > 299) {
    return failed({ ...classify(answer), billed: 'unknown' })
  }
  const body: Readonly<Record<string, unknown>> = isObject(answer.json) ? answer.json : {}
  switch (body.state) {
    case 'queued':
    case 'processing':
      return { kind: 'pending' }
    case 'completed': {
      const url = linkIn(body.output)
      if (url === undefined) {
        return failed(failure('empty', `generation ${job.id} was completed without a picture`))
      }
      const produced = { images: [{ url }], withheld: [], usage: { images: 1 } }
      return { kind: 'produced', ...produced, providerRequestId: job.id }
    }
    case 'failed':
      return failed(classifyFailed(body))
    default: {
      const state = typeof body.state === 'string' ? body.state.slice(0, 80) : 'none'
      const message = `generation ${job.id} is in the unknown state ${state}`
      return failed(failure('timeout_unknown', message, { providerCode: state }))
    }
  }
}

/** The first link among what was made. */
function linkIn(output: unknown): string | undefined {
  const entries = Array.isArray(output) ? output.filter(isObject) : []
  return entries.map(({ url }) => url).find((url) => typeof url === 'string' && url !== '') as
    | string
    | undefined
}
