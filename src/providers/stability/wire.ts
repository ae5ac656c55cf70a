import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { WireOutcome } from '../shared/definition.ts'
import { failureReader } from '../shared/failure-reader.ts'
import { concluded, pictureFrom, requestIdOf, withheldPicture } from '../shared/picture-answer.ts'

/** Too many requests shut a key out for 60 s (Stability API reference, read 2026-11-20). */
const RATE_LIMIT_PAUSE_MS = 60_000

/**
 * Reads a success in either form: raw bytes with the facts in headers, or JSON with the picture in
 * it. A filtered picture also comes as a 200, blurred; it counts as billed.
 */
export function fromWire(answer: HttpAnswer): WireOutcome {
  const { headers, images } = answer
  const body = isObject(answer.json) ? answer.json : {}
  const reason = headers['finish-reason'] ?? body.finish_reason ?? 'SUCCESS'
  const id = requestIdOf(answer)
  if (reason === 'CONTENT_FILTERED') {
    const withheld = withheldPicture('Stability', reason)
    return { kind: 'failed', failure: withheld, usage: { images: 1 }, ...id }
  }
  const [image] = images
  if (image === undefined || reason !== 'SUCCESS') {
    return { kind: 'failed', failure: withoutPicture(answer, String(reason)), ...id }
  }
  const seed = Number(headers.seed ?? body.seed ?? Number.NaN)
  return concluded(answer, {
    service: 'Stability',
    asked: 1,
    images: pictureFrom(image, undefined, seed),
    usage: { images: 1 },
    facts: id,
  })
}

/** A 200 without a usable picture: an error in JSON, another end, or no picture at all. */
function withoutPicture(answer: HttpAnswer, reason: string): ProviderFailure {
  const { json } = answer
  if (isObject(json) && (json.errors !== undefined || json.name !== undefined)) {
    return failure('overloaded', reader.wordsOf(answer), { billed: 'unknown' })
  }
  if (reason !== 'SUCCESS') {
    const message = `Stability ended with ${reason.slice(0, 80)}`
    return failure('empty', message, { billed: 'unknown', providerCode: reason.slice(0, 80) })
  }
  const isEmpty = json !== undefined || (answer.text ?? '').trim() === ''
  if (isEmpty) return failure('empty', 'Stability answered 200 without a picture')
  return failure('bad_image', `Stability answered 200 with no picture: ${reader.wordsOf(answer)}`)
}

/** Reads `{id, name, errors}`, or `{id, name, message}` of its v1. */
const reader = failureReader({
  service: 'Stability',
  words: ({ name, errors, message }) => [lined(name, Array.isArray(errors) ? errors : [message])],
  code: ({ name }) => name,
  // Errors by their `name`, before the status (Stability API reference, read 2026-11-20).
  signs: [
    ['content_policy_input', /^\d+ content_moderation /],
    ['quota_exhausted', /^\d+ payment_required /],
    ['auth', /^\d+ unauthorized /],
    ['rate_limited', /^\d+ rate_limit_exceeded /],
  ],
  isDoubtful: () => true,
})

const lined = (name: unknown, errors: readonly unknown[]): string => {
  const said = errors.filter((part) => part !== undefined && part !== '').join('; ')
  return [name, said].filter((part) => typeof part === 'string' && part !== '').join(': ')
}

/**
 * Reads an answer that is no success. None of Stability's own is charged (Stability API reference,
 * read 2026-11-20).
 */
export function classify(answer: HttpAnswer): ProviderFailure {
  const read = reader.classify(answer)
  const isLimited = read.class === 'rate_limited' && read.retryAfterMs === undefined
  return isLimited ? { ...read, retryAfterMs: RATE_LIMIT_PAUSE_MS } : read
}
