import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from './definition.ts'
import type { FailureReader } from './failure-reader.ts'
import { pictureFrom } from './picture-answer.ts'

type Body = Readonly<Record<string, unknown>>

/** A poll that was answered with a state. */
export interface Polled {
  /** What was read the state from. */
  readonly task: Body
  readonly answer: HttpAnswer
  readonly job: ProviderJob
  readonly plan: CallPlan
}

/**
 * What a state means: the job works, is not known any more, or has failed with the words of the
 * answer; else the function tells what came of it.
 */
export type StateMeaning =
  | 'pending'
  | 'lost'
  | FailureClass
  | ((polled: Polled) => WireOutcome | ProviderFailure)

/** How a provider tells of its jobs. */
export interface PollShape {
  readonly service: string
  readonly failures: Pick<FailureReader, 'classify' | 'wordsOf'>
  /** Where the job stands in an answer; the body itself unless it is said. */
  readonly taskOf?: (body: Body) => unknown
  readonly stateOf: (task: Body) => unknown
  /** A state that is not here ends the job: it never spins. */
  readonly states: Readonly<Record<string, StateMeaning>>
}

/** Longest excerpt of a state that nobody knows, in characters. */
const MAX_STATE = 80

/** Asks where the job is found. */
export const askJob = ({ pollUrl }: ProviderJob): WireRequest => ({ method: 'GET', url: pollUrl })

/** A job that gave no picture. */
const failedJob = (job: ProviderJob, reason: ProviderFailure): WireOutcome => ({
  kind: 'failed',
  failure: reason,
  providerRequestId: job.id,
})

/** The one picture of a job, as a link; a failure where it is none. */
export function linkedPicture(job: ProviderJob, url: unknown, seed?: unknown): WireOutcome {
  const images = pictureFrom(undefined, url, seed)
  if (images.length === 0) {
    return failedJob(job, failure('empty', `job ${job.id} ended without a picture`))
  }
  return {
    kind: 'produced',
    images,
    withheld: [],
    usage: { images: 1 },
    providerRequestId: job.id,
  }
}

/**
 * Reads the answer to a submit. One that names no job may have begun one all the same.
 * @param pathOf where the job is found, by its id.
 */
export function submittedJob(
  answer: HttpAnswer,
  id: unknown,
  pathOf: (id: string) => string,
  { words, facts = {} }: { readonly words: string; readonly facts?: JsonObject },
): WireOutcome {
  if (typeof id === 'string' && id !== '') {
    return { kind: 'submitted', job: { id, pollUrl: pathOf(encodeURIComponent(id)), facts } }
  }
  const failureClass = isObject(answer.json) ? 'overloaded' : 'bad_image'
  const message = `a submit was answered without the id of a job: ${words}`
  return { kind: 'failed', failure: failure(failureClass, message, { billed: 'unknown' }) }
}

/**
 * Makes what reads polls. The body is read before the status: a job that failed may come with the
 * status of its failure. What becomes of an accepted job is unknown when a poll says nothing of it.
 */
export function pollReader(shape: PollShape) {
  const { service, failures, taskOf = (body) => body, stateOf, states } = shape
  const lost = (job: ProviderJob, details = {}): WireOutcome => {
    const message = `${service} no longer knows the accepted job ${job.id}`
    return failedJob(job, failure('timeout_unknown', message, details))
  }
  const unread = (answer: HttpAnswer, job: ProviderJob): WireOutcome => {
    const { status } = answer
    if (status === 404) return lost(job)
    if (status < 200 || status > 299) {
      return failedJob(job, { ...failures.classify(answer), billed: 'unknown' })
    }
    const message = `a poll was answered without a state: ${failures.wordsOf(answer)}`
    return failedJob(job, failure('bad_image', message, { billed: 'unknown' }))
  }
  return (answer: HttpAnswer, job: ProviderJob, plan: CallPlan): WireOutcome => {
    const task = isObject(answer.json) ? taskOf(answer.json) : undefined
    const state = isObject(task) ? stateOf(task) : undefined
    if (!isObject(task) || typeof state !== 'string') return unread(answer, job)
    const details = { providerCode: state.slice(0, MAX_STATE) }
    const meaning = Object.hasOwn(states, state) ? states[state] : undefined
    if (meaning === 'pending') return { kind: 'pending' }
    if (meaning === 'lost') return lost(job, details)
    if (typeof meaning === 'string') {
      return failedJob(job, failure(meaning, failures.wordsOf(answer), details))
    }
    if (meaning === undefined) {
      const message = `job ${job.id} is in the unknown state ${details.providerCode}`
      return failedJob(job, failure('timeout_unknown', message, details))
    }
    const read = meaning({ task, answer, job, plan })
    return 'kind' in read ? read : failedJob(job, read)
  }
}
