import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from './status-failure.ts'

type Body = Readonly<Record<string, unknown>>
type Billed = ProviderFailure['billed']

/** A class, and what must fit `status code words`, all of it, for a failure to be of it. */
export type FailureSign = readonly [FailureClass, ...(readonly RegExp[])]

/** How one provider says that something went wrong. */
export interface FailureShape {
  /** Its name in messages of ours. */
  readonly service: string
  /** Where the words may stand, the best place first; what is no JSON is read as it is. */
  readonly words: (body: Body) => readonly unknown[]
  readonly code?: (body: Body, answer: HttpAnswer) => unknown
  /** What the status does not tell; the first that fits. */
  readonly signs: readonly FailureSign[]
  /** Statuses that mean several things; 400, 403 and 422 unless it is said. */
  readonly isDoubtful?: (status: number) => boolean
  /** What a class costs, where that is not the usual. */
  readonly billed?: { readonly [Class in FailureClass]?: Billed }
}

/** Reads one provider's failures. */
export interface FailureReader {
  /** Reads an answer that is no success. */
  readonly classify: (answer: HttpAnswer) => ProviderFailure
  /** Reads an error that came with status 200: work may have been done before it. */
  readonly classifyInside: (answer: HttpAnswer) => ProviderFailure
  /** What an answer says, as one line. */
  readonly wordsOf: (answer: HttpAnswer) => string
}

/** Longest excerpt of a provider's words, in characters. */
const MAX_WORDS = 500
/** The status that an error without one is read as. */
const REFUSED = 422

const isUsuallyDoubtful = (status: number): boolean =>
  status === 400 || status === 403 || status === REFUSED

/** Makes the functions that read a provider's failures from the places where it says them. */
export function failureReader(shape: FailureShape): FailureReader {
  const { isDoubtful = isUsuallyDoubtful } = shape
  const codeOf = (answer: HttpAnswer): string => {
    const code = shape.code?.(isObject(answer.json) ? answer.json : {}, answer)
    return typeof code === 'string' || typeof code === 'number' ? String(code) : ''
  }
  const wordsOf = (answer: HttpAnswer): string => {
    const { json, text, status } = answer
    const places = isObject(json) ? [...shape.words(json), text] : [text]
    const said = places.map(lineOf).find((line) => line !== '')
    return said?.slice(0, MAX_WORDS) ?? `${shape.service} answered ${status}`
  }
  const signOf = (answer: HttpAnswer, status: number): FailureClass | undefined => {
    if (!isDoubtful(status)) return undefined
    const said = `${status} ${codeOf(answer)} ${wordsOf(answer)}`
    return shape.signs.find(([, ...signs]) => signs.every((sign) => sign.test(said)))?.[0]
  }
  const read = (
    answer: HttpAnswer,
    failureClass: FailureClass | undefined,
    billed: Billed | undefined,
  ): ProviderFailure =>
    failureOfStatus(answer, wordsOf(answer), {
      ...(failureClass === undefined ? {} : { class: failureClass }),
      ...(billed === undefined ? {} : { billed }),
      providerCode: codeOf(answer),
    })
  return {
    classify: (answer) => {
      const found = signOf(answer, answer.status)
      return read(answer, found, found === undefined ? undefined : shape.billed?.[found])
    },
    classifyInside: (answer) => read(answer, signOf(answer, REFUSED) ?? 'overloaded', 'unknown'),
    wordsOf,
  }
}

/** A text; or `{msg, loc}`, `{message}`, `{error}`; or a list of those. */
const lineOf = (said: unknown): string =>
  (Array.isArray(said) ? said : [said])
    .map(partOf)
    .filter((part) => part !== '')
    .join('; ')

function partOf(said: unknown): string {
  if (typeof said === 'string') return said.trim()
  if (!isObject(said)) return ''
  const { msg, message = msg, error, loc } = said
  const words = [message, error].find((part) => typeof part === 'string')
  if (typeof words !== 'string') return ''
  return Array.isArray(loc) ? `${loc.join('.')}: ${words.trim()}` : words.trim()
}
