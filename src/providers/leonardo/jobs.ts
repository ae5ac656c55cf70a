import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { missingPictures } from '../shared/openai-images/picture-list.ts'
import { classify, wordsOf } from './classify.ts'

/** Asks for a job; it is free. */
export const toPoll = ({ pollUrl }: ProviderJob): WireRequest => ({ method: 'GET', url: pollUrl })

/** Reads a poll. A state that is not known ends the job, it never spins. */
export function fromPoll(
  answer: HttpAnswer,
  job: ProviderJob,
  { n }: Pick<CallPlan, 'n'>,
): WireOutcome {
  const { json, status } = answer
  const failed = (reason: ProviderFailure): WireOutcome => ({
    kind: 'failed',
    failure: reason,
    providerRequestId: job.id,
  })
  // What becomes of an accepted job is not known when the poll fails.
  if (status < 200 || status > 299) return failed({ ...classify(answer), billed: 'unknown' })
  if (!isObject(json)) {
    const message = `a poll was answered with something else: ${wordsOf(answer)}`
    return failed(failure('bad_image', message, { billed: 'unknown' }))
  }
  const generation = json.generations_by_pk
  if (!isObject(generation)) {
    return failed(failure('timeout_unknown', `Leonardo.Ai no longer knows the job ${job.id}`))
  }
  const { status: state } = generation
  switch (state) {
    case 'PENDING':
      return { kind: 'pending' }
    case 'COMPLETE':
      return complete(generation, job, n)
    case 'FAILED': {
      // It says neither why nor whether the money comes back.
      const facts = { billed: 'unknown', providerCode: state } as const
      return failed(failure('overloaded', `job ${job.id} failed`, facts))
    }
    default: {
      const code = String(state).slice(0, 80)
      const message = `job ${job.id} is in the unknown state ${code}`
      return failed(failure('timeout_unknown', message, { providerCode: code }))
    }
  }
}

function complete(
  { generated_images: list, seed }: Readonly<Record<string, unknown>>,
  job: ProviderJob,
  asked: number,
): WireOutcome {
  const pictures = (Array.isArray(list) ? list : []).filter(isObject).slice(0, asked)
  const flagged = pictures.filter(({ nsfw }) => nsfw === true).map(flaggedPicture)
  const seeded = Number.isSafeInteger(seed) ? { seed: Number(seed) } : {}
  const images = pictures.flatMap(({ url, nsfw }, index) => {
    if (nsfw === true || typeof url !== 'string' || !URL.canParse(url)) return []
    // The seed is that of the first picture.
    return [{ url, ...(index === 0 ? seeded : {}) }]
  })
  const { dollars } = job.facts
  const facts = {
    providerRequestId: job.id,
    ...(typeof dollars === 'string' ? { reportedDollars: dollars } : {}),
  }
  if (images.length === 0) {
    const empty = failure('empty', `job ${job.id} is complete without a picture`)
    return { kind: 'failed', failure: flagged[0] ?? empty, ...facts }
  }
  const missing = missingPictures(asked, images.length + flagged.length)
  return { kind: 'produced', images, withheld: [...flagged, ...missing], usage: {}, ...facts }
}

/** A flagged picture lies there all the same, and was made: it is charged. */
const flaggedPicture = (): ProviderFailure =>
  failure('content_policy_output', 'Leonardo.Ai flagged the picture (nsfw)', {
    providerCode: 'nsfw',
  })
