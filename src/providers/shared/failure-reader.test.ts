import { describe, expect, test } from 'vitest'
import { failureReader } from './failure-reader.ts'

const reader = failureReader({
  service: 'Acme',
  words: ({ error, detail }) => [error, detail],
  code: ({ code }, { headers }) => code ?? headers['x-acme-code'],
  signs: [
    ['content_policy_input', /\bunsafe\b/],
    ['quota_exhausted', /^\d+ E7 /, /balance/],
    ['overloaded', /breakdown/],
  ],
  billed: { content_policy_input: true },
})

const answerOf = (
  status: number,
  json?: unknown,
  more: { readonly text?: string; readonly headers?: Readonly<Record<string, string>> } = {},
) => ({ status, json, images: [], headers: {}, ...more })

describe('what an answer says, as one line', () => {
  test.each<[string, unknown, string | undefined, string]>([
    ['a text', { error: ' no such cup ' }, undefined, 'no such cup'],
    ['the message of an object', { error: { message: 'too big' } }, undefined, 'too big'],
    ['the error of an object', { error: { error: 'too small' } }, undefined, 'too small'],
    [
      'a list of fields, each with its place',
      { detail: [{ msg: 'missing', loc: ['body', 'prompt'] }, 'and more'] },
      undefined,
      'body.prompt: missing; and more',
    ],
    ['the first place that says anything', { error: '', detail: 'later' }, undefined, 'later'],
    ['what is no JSON', undefined, ' Bad gateway ', 'Bad gateway'],
    ['nothing but its status', { error: 7, detail: {} }, '', 'Acme answered 400'],
  ])('%s', (_, json, text, said) => {
    const answer = answerOf(400, json, text === undefined ? {} : { text })
    expect(reader.wordsOf(answer)).toBe(said)
  })

  test('is cut at 500 characters', () => {
    expect(reader.wordsOf(answerOf(400, { error: 'x'.repeat(900) }))).toHaveLength(500)
  })
})

describe('the class of a failure', () => {
  test.each<[string, number, unknown, string]>([
    [
      'is that of the first sign which fits',
      400,
      { error: 'unsafe breakdown' },
      'content_policy_input',
    ],
    ['needs all that a sign asks for', 403, { code: 'E7', error: 'no balance' }, 'quota_exhausted'],
    ['is that of the status where one thing is missing', 403, { code: 'E7', error: 'no' }, 'auth'],
    ['is that of the status where the status is clear', 429, { error: 'unsafe' }, 'rate_limited'],
    ['is that of the status where no sign fits', 422, { error: 'odd' }, 'invalid_request'],
  ])('%s', (_, status, json, expected) => {
    expect(reader.classify(answerOf(status, json)).class).toBe(expected)
  })

  test('a sign decides on any status that is said to be doubtful', () => {
    const all = failureReader({
      service: 'Acme',
      words: ({ error }) => [error],
      signs: [['model_gone', /^500 .*retired/]],
      isDoubtful: () => true,
    })
    expect(all.classify(answerOf(500, { error: 'model retired' })).class).toBe('model_gone')
  })
})

test('a class that costs more than usual says so, but only where a sign told it', () => {
  expect(reader.classify(answerOf(400, { error: 'unsafe' })).billed).toBe(true)
  expect(reader.classify(answerOf(400, { error: 'odd' })).billed).not.toBe(true)
})

test('a code is read from body or headers, and a number is one too', () => {
  const headers = { 'x-acme-code': 'H1' }
  expect(reader.classify(answerOf(400, {}, { headers })).providerCode).toBe('H1')
  expect(reader.classify(answerOf(400, { code: 1301 })).providerCode).toBe('1301')
  expect(reader.classify(answerOf(400, { code: { odd: true } })).providerCode).toBeUndefined()
})

test('an error inside of a success may be paid, and is a breakdown unless it is told', () => {
  expect(reader.classifyInside(answerOf(200, { error: 'odd' }))).toMatchObject({
    class: 'overloaded',
    billed: 'unknown',
    status: 200,
  })
  expect(reader.classifyInside(answerOf(200, { error: 'unsafe' }))).toMatchObject({
    class: 'content_policy_input',
    billed: 'unknown',
  })
})
