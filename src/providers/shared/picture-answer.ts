import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { HttpAnswer, ImageBytes } from '../../ports/http-client.ts'
import type { WireImage, WireOutcome } from './definition.ts'
import { missingPictures } from './openai-images/picture-list.ts'

/** What an answer tells beside its pictures. */
export interface AnswerFacts {
  readonly providerRequestId?: string
  readonly reportedDollars?: string
}

/** What an answer gave of the pictures that were asked for. */
export interface Pictures {
  readonly service: string
  readonly asked: number
  readonly images: readonly WireImage[]
  /** Those that were made and are not given, or did not come, with the reason. */
  readonly withheld?: readonly ProviderFailure[]
  readonly usage?: Partial<Usage>
  readonly facts?: AnswerFacts
  /** What each costs that neither came nor is told of; the usual unless it is said. */
  readonly missingBilled?: ProviderFailure['billed']
}

/** The end of a call that was answered: pictures, or why there is none. */
export function concluded(answer: Pick<HttpAnswer, 'status'>, pictures: Pictures): WireOutcome {
  const { service, asked, images, withheld = [], usage = {}, facts = {} } = pictures
  if (images.length === 0) {
    const empty = failure('empty', `${service} answered ${answer.status} without a picture`)
    return { kind: 'failed', failure: withheld[0] ?? empty, ...facts }
  }
  const named = images.length + withheld.length
  const missing = missingPictures(asked, named, pictures.missingBilled)
  return { kind: 'produced', images, withheld: [...withheld, ...missing], usage, ...facts }
}

/**
 * One picture of an answer: bytes that came with it, else a link; none where there is neither.
 * @param seed its seed, where that is a whole number.
 */
export function pictureFrom(
  image: ImageBytes | undefined,
  url: unknown,
  seed: unknown,
): readonly WireImage[] {
  const facts = Number.isSafeInteger(seed) ? { seed: Number(seed) } : {}
  if (image !== undefined) return [{ ...image, ...facts }]
  return typeof url === 'string' && URL.canParse(url) ? [{ url, ...facts }] : []
}

/** A picture that was made, hence paid for, and that its provider keeps back or marks. */
export const withheldPicture = (service: string, providerCode: string): ProviderFailure =>
  failure('content_policy_output', `${service} withheld a picture (${providerCode})`, {
    providerCode,
  })

/** The id of a request, by which the provider finds it: in the body, or in a header. */
export function requestIdOf(
  { headers, json }: Pick<HttpAnswer, 'headers' | 'json'>,
  { header = 'x-request-id', member }: { readonly header?: string; readonly member?: string } = {},
): Pick<AnswerFacts, 'providerRequestId'> {
  const inside = isObject(json) && member !== undefined ? json[member] : undefined
  const id = typeof inside === 'string' && inside !== '' ? inside : headers[header]
  return id === undefined || id === '' ? {} : { providerRequestId: id }
}

/** A report beyond a million dollars is none; it could not even be printed exactly. */
const MOST_NANO = 1e15

/** A charge in units of the provider's, in dollars; nothing where it is no amount. */
export function reportedUnits(
  units: unknown,
  nanoPerUnit: number,
): Pick<AnswerFacts, 'reportedDollars'> {
  if (typeof units !== 'number' || !(units >= 0 && units * nanoPerUnit <= MOST_NANO)) return {}
  return { reportedDollars: dollarsFromNano(BigInt(Math.round(units * nanoPerUnit))) }
}
