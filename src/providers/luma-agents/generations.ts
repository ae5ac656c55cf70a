import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { WireOutcome } from '../shared/definition.ts'
import { linkedPicture, pollReader, submittedJob } from '../shared/poll-reader.ts'
import { classifyFailed, failures } from './failures.ts'

/** Reads the answer to a submit. */
export function fromSubmit(answer: HttpAnswer): WireOutcome {
  const id = isObject(answer.json) ? answer.json.id : undefined
  const words = failures.wordsOf(answer)
  return submittedJob(answer, id, (name) => `/generations/${name}`, { words })
}

/** Reads the answer to a poll. */
export const fromPoll = pollReader({
  service: 'Luma',
  failures,
  stateOf: ({ state }) => state,
  states: {
    queued: 'pending',
    processing: 'pending',
    completed: ({ task, job }) => linkedPicture(job, firstLink(task.output)),
    failed: ({ task }) => classifyFailed(task),
  },
})

/** The first link among what was made. */
const firstLink = (output: unknown): unknown =>
  (Array.isArray(output) ? output.filter(isObject) : [])
    .map(({ url }) => url)
    .find((url) => typeof url === 'string' && url !== '')
