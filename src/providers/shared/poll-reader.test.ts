import { describe, expect, test } from 'vitest'
import { failure } from '../../core/errors/provider-failure.ts'
import type { CallPlan } from '../../ports/provider.ts'
import { failureReader } from './failure-reader.ts'
import { linkedPicture, pollReader, submittedJob } from './poll-reader.ts'

const job = { id: 'job 1', pollUrl: '/jobs/1', facts: {} }
const failures = failureReader({ service: 'Acme', words: ({ error }) => [error], signs: [] })
const read = pollReader({
  service: 'Acme',
  failures,
  taskOf: ({ task }) => task,
  stateOf: ({ state }) => state,
  states: {
    working: 'pending',
    forgotten: 'lost',
    refused: 'content_policy_input',
    broken: ({ task }) => failure('overloaded', String(task.why), { billed: 'unknown' }),
    done: ({ task, job: ended }) => linkedPicture(ended, task.url, task.seed),
  },
})

const answerOf = (status: number, json?: unknown) => ({ status, json, images: [], headers: {} })
// The readers of this test do not look at the call.
const poll = (status: number, json?: unknown) => read(answerOf(status, json), job, {} as CallPlan)

describe('a poll ends a job by what it says', () => {
  test.each<[string, number, unknown, object]>([
    [
      'whose content was refused',
      200,
      { task: { state: 'refused' }, error: 'no' },
      {
        class: 'content_policy_input',
        message: 'no',
        providerCode: 'refused',
      },
    ],
    [
      'as its state reads it',
      200,
      { task: { state: 'broken', why: 'heat' } },
      {
        class: 'overloaded',
        message: 'heat',
        billed: 'unknown',
      },
    ],
    ['that is forgotten', 200, { task: { state: 'forgotten' } }, { class: 'timeout_unknown' }],
    ['that is not found', 404, undefined, { class: 'timeout_unknown' }],
    [
      'in a state that nobody knows',
      200,
      { task: { state: 'asleep' } },
      {
        class: 'timeout_unknown',
        providerCode: 'asleep',
      },
    ],
    [
      'in a state named as what objects inherit',
      200,
      { task: { state: 'toString' } },
      {
        class: 'timeout_unknown',
        providerCode: 'toString',
      },
    ],
    [
      'whose poll was refused: the job may go on',
      401,
      { error: 'key' },
      {
        class: 'auth',
        billed: 'unknown',
      },
    ],
    [
      'without a state: it may have been paid',
      200,
      { task: {} },
      {
        class: 'bad_image',
        billed: 'unknown',
      },
    ],
    [
      'that is done without a link',
      200,
      { task: { state: 'done', url: 'no link' } },
      {
        class: 'empty',
      },
    ],
  ])('%s', (_, status, json, expected) => {
    expect(poll(status, json)).toMatchObject({
      kind: 'failed',
      failure: expected,
      providerRequestId: job.id,
    })
  })
})

test('the state counts before the status: a job that works may be told with any', () => {
  expect(poll(500, { task: { state: 'working' } })).toEqual({ kind: 'pending' })
})

test('a job that is done gives its picture, with the seed where that is a whole number', () => {
  const url = 'https://acme.example/1.png'
  const made = { kind: 'produced', withheld: [], usage: { images: 1 }, providerRequestId: job.id }
  expect(poll(200, { task: { state: 'done', url, seed: 7 } })).toEqual({
    ...made,
    images: [{ url, seed: 7 }],
  })
  expect(poll(200, { task: { state: 'done', url, seed: 'x' } })).toEqual({
    ...made,
    images: [{ url }],
  })
})

describe('the answer to a submit', () => {
  const submit = (json: unknown, id: unknown) =>
    submittedJob(answerOf(200, json), id, (name) => `/jobs/${name}`, { words: 'hm' })

  test('names the job, whose id is safe in a path', () => {
    expect(submit({}, 'a/b')).toEqual({
      kind: 'submitted',
      job: { id: 'a/b', pollUrl: '/jobs/a%2Fb', facts: {} },
    })
  })

  test.each([
    ['JSON without an id', {}, '', 'overloaded'],
    ['JSON with an odd id', {}, 7, 'overloaded'],
    ['no JSON', undefined, undefined, 'bad_image'],
  ] as const)('%s may have begun a job all the same', (_, json, id, expected) => {
    const failed = { class: expected, billed: 'unknown' }
    expect(submit(json, id)).toMatchObject({ kind: 'failed', failure: failed })
  })
})
