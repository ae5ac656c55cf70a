import { failure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { WireOutcome } from '../shared/definition.ts'
import { concluded, pictureFrom, withheldPicture } from '../shared/picture-answer.ts'
import { type Polled, pollReader } from '../shared/poll-reader.ts'
import { failures } from './classify.ts'

/** Reads a poll. */
export const fromPoll = pollReader({
  service: 'Leonardo.Ai',
  failures,
  // A job that is not known is null.
  taskOf: ({ generations_by_pk: task }) => (task === null ? { status: 'UNKNOWN' } : task),
  stateOf: ({ status }) => status,
  states: {
    PENDING: 'pending',
    COMPLETE: complete,
    // It says neither why nor whether the money comes back.
    FAILED: ({ job }) =>
      failure('overloaded', `job ${job.id} failed`, { billed: 'unknown', providerCode: 'FAILED' }),
    UNKNOWN: 'lost',
  },
})

function complete({ task, answer, job, plan }: Polled): WireOutcome {
  const { generated_images: list, seed } = task
  const pictures = (Array.isArray(list) ? list : []).filter(isObject).slice(0, plan.n)
  const { dollars } = job.facts
  return concluded(answer, {
    service: 'Leonardo.Ai',
    asked: plan.n,
    images: pictures.flatMap(({ url, nsfw }, index) =>
      // The seed is that of the first picture.
      nsfw === true ? [] : pictureFrom(undefined, url, index === 0 ? seed : undefined),
    ),
    // A flagged picture lies there all the same.
    withheld: pictures
      .filter(({ nsfw }) => nsfw === true)
      .map(() => withheldPicture('Leonardo.Ai', 'nsfw')),
    facts: {
      providerRequestId: job.id,
      ...(typeof dollars === 'string' ? { reportedDollars: dollars } : {}),
    },
  })
}
