import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { WireOutcome } from '../shared/definition.ts'
import { linkedPicture, pollReader, submittedJob } from '../shared/poll-reader.ts'
import { failureOfGeneration, failures } from './failures.ts'

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
    dreaming: 'pending',
    completed: ({ task, job }) =>
      linkedPicture(job, isObject(task.assets) ? task.assets.image : undefined),
    failed: ({ answer }) => failureOfGeneration(failures.wordsOf(answer)),
  },
})
