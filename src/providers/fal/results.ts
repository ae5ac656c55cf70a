import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, ProviderJob } from '../../ports/provider.ts'
import type { RemoteImage, WireOutcome } from '../shared/definition.ts'
import { classify, classifyStatus, isOwnError } from './failures.ts'
import { failed, isLink, toResult } from './wire.ts'

type Body = Readonly<Record<string, unknown>>

/** More megapixels than this for one picture are a mistake of the header. */
const MOST_UNITS = 100

/** Reads the answer to a poll: of the state until the job has ended, then of its result. */
export function fromPoll(answer: HttpAnswer, job: ProviderJob, plan: CallPlan): WireOutcome {
  const body = isObject(answer.json) ? answer.json : {}
  if (answer.status < 200 || answer.status > 299) return fromRefusal(answer, job)
  switch (body.status) {
    case 'IN_QUEUE':
    case 'IN_PROGRESS':
      return { kind: 'pending' }
    case 'COMPLETED': {
      const known = classifyStatus(answer)
      if (known !== undefined) return failed(known, job)
      return { kind: 'pending', checkAfterMs: 0, askNext: toResult(job) }
    }
    default:
      return fromResult(answer, body, job, plan)
  }
}

/** An answer that is no success: of the job itself, or a passing trouble of the poll. */
function fromRefusal(answer: HttpAnswer, job: ProviderJob): WireOutcome {
  const { status } = answer
  const reason = classify(answer)
  if (status === 400 && /still in progress/i.test(reason.message)) return { kind: 'pending' }
  if (status === 404) {
    const message = `fal no longer knows the accepted request ${job.id}`
    return failed(failure('timeout_unknown', message), job)
  }
  if (!isOwnError(answer)) return failed({ ...reason, billed: 'unknown' }, job)
  // Without a status the job has ended so, and is not asked for again. Errors of fal's machines are
  // never charged; a request that a model refused may be (docs.fal.ai, read 2026-11-20).
  const { status: _, ...ended } = reason
  return failed({ ...ended, billed: status >= 500 ? false : 'unknown' }, job)
}

function fromResult(
  { headers }: HttpAnswer,
  body: Body,
  job: ProviderJob,
  plan: CallPlan,
): WireOutcome {
  const made = (Array.isArray(body.images) ? body.images : [body.image]).map(linkOf)
  const flags = Array.isArray(body.has_nsfw_concepts) ? body.has_nsfw_concepts : []
  const facts = factsOf(body, plan)
  const images: RemoteImage[] = []
  const withheld: ProviderFailure[] = []
  for (const [index, url] of made.entries()) {
    if (url === undefined) continue
    if (flags[index] === true) {
      withheld.push(failure('content_policy_output', 'fal blackened the picture as unsafe'))
    } else images.push({ url, ...facts })
  }
  const missing = plan.n - images.length - withheld.length
  if (images.length + withheld.length === 0) {
    const message = `request ${job.id} has ended without a picture`
    return failed(failure('empty', message, { billed: 'unknown' }), job)
  }
  for (let index = 0; index < missing; index += 1) {
    const message = `request ${job.id} has fewer pictures than asked for`
    withheld.push(failure('empty', message, { billed: false }))
  }
  const count = made.filter((url) => url !== undefined).length
  return {
    kind: 'produced',
    images,
    withheld,
    usage: { images: images.length, ...secondsOf(body), ...megapixelsOf(headers, count, plan) },
    providerRequestId: job.id,
  }
}

const linkOf = (image: unknown): string | undefined =>
  isObject(image) && isLink(image.url) ? image.url : undefined

/** What is known of the pictures: the seed of the only one, and a prompt that was rewritten. */
function factsOf({ seed, prompt }: Body, plan: CallPlan): Omit<RemoteImage, 'url'> {
  const isRewritten = typeof prompt === 'string' && prompt !== '' && prompt !== plan.prompt
  return {
    ...(typeof seed === 'number' && plan.n === 1 ? { seed } : {}),
    ...(isRewritten ? { revisedPrompt: prompt } : {}),
  }
}

/** The seconds that are charged where time is. */
function secondsOf({ timings }: Body): Partial<Usage> {
  const seconds = isObject(timings) ? timings.inference : undefined
  const isTime = typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0
  return isTime ? { predictSeconds: seconds } : {}
}

/** The megapixels that fal says it billed, where it sells megapixels: they correct our count. */
function megapixelsOf(
  headers: HttpAnswer['headers'],
  count: number,
  { model }: CallPlan,
): Partial<Usage> {
  if (model.wire.unit !== 'megapixel') return {}
  const units = Number(headers['x-fal-billable-units'] ?? Number.NaN) / count
  return units > 0 && units <= MOST_UNITS ? { outputMegapixels: units } : {}
}
