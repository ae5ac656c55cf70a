import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { WireOutcome } from '../shared/definition.ts'
import { concluded } from '../shared/picture-answer.ts'
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
  const seeded = Number.isSafeInteger(seed) ? { seed: Number(seed) } : {}
  const { dollars } = job.facts
  return concluded(answer, {
    service: 'Leonardo.Ai',
    asked: plan.n,
    images: pictures.flatMap(({ url, nsfw }, index) => {
      if (nsfw === true || typeof url !== 'string' || !URL.canParse(url)) return []
      // The seed is that of the first picture.
      return [{ url, ...(index === 0 ? seeded : {}) }]
    }),
    withheld: pictures.filter(({ nsfw }) => nsfw === true).map(flaggedPicture),
    facts: {
      providerRequestId: job.id,
      ...(typeof dollars === 'string' ? { reportedDollars: dollars } : {}),
    },
  })
}

/** A flagged picture lies there all the same, and was made: it is charged. */
const flaggedPicture = (): ProviderFailure =>
  failure('content_policy_output', 'Leonardo.Ai flagged the picture (nsfw)', {
    providerCode: 'nsfw',
  })
