import { expect } from 'vitest'
import type { Answer, Asked } from './exchange.ts'
import { jsonOf } from './exchange.ts'
import { shapeFlaws } from './openai-shapes.ts'

/** A request that must be refused, and how. */
export interface BadRequest extends Asked {
  readonly title: string
  readonly status: number
  readonly code: string
  /** The parameter at fault, in the spelling of the wire; null when it is none. */
  readonly param: string | null
}

/** What an error's body says. */
interface ErrorBody {
  readonly error: Readonly<Record<'message' | 'code' | 'request_id', string>> & {
    readonly param: string | null
  }
}

/** Words that an answer must never hold: they would tell of our inside. */
const INSIDES = /node_modules|\bat \w+.*:\d+:\d+|sk-keeprate-\w{20}|stack/

/** Checks that an answer is a refusal in OpenAI's shape, with the right status, code and param. */
export function expectRefusal(
  answer: Answer,
  expected: Pick<BadRequest, 'status' | 'code' | 'param'>,
): void {
  const text = answer.body.toString('utf8')
  expect(answer.headers['content-type'], text.slice(0, 300)).toMatch(/^application\/json\b/)
  const body = jsonOf(answer)
  const { error } = body as unknown as ErrorBody
  expect({ status: answer.status, code: error.code, param: error.param }, error.message).toEqual({
    status: expected.status,
    code: expected.code,
    param: expected.param,
  })
  expect(shapeFlaws('ErrorResponse', body)).toEqual([])
  expect(error.request_id).toBe(answer.headers['x-request-id'])
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
  expect(text).not.toMatch(INSIDES)
  expect(text.length).toBeLessThan(4_000)
}
