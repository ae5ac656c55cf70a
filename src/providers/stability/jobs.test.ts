import { describe, expect, test } from 'vitest'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import stability from './index.ts'
import { fromAnswer, fromPoll, submitMs, toPoll } from './jobs.ts'

const callOf = (id: string): ProviderCall => ({
  model: stability.models.find((model) => model.id === id)!,
  operation: 'upscale',
  prompt: 'a fox',
  n: 1,
  settings: {},
  expectedSize: { width: 64, height: 64 },
  images: [],
  options: {},
  attemptId: 'att_1',
  safetyIdentifier: 'hash',
})
const answer = (status: number, changes: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status,
  headers: {},
  images: [],
  ...changes,
})
const picture = { bytes: Uint8Array.of(1), digest: 'b'.repeat(64) }
const id = 'f'.repeat(64)
const job = { id, pollUrl: `/v2beta/results/${id}`, facts: {} }

describe('the answer to a call', () => {
  const accepted = answer(200, { json: { id } })

  test('is a job for the services that make one, and a picture for the others', () => {
    expect(fromAnswer(accepted, callOf('stable-creative-upscale'))).toEqual({
      kind: 'submitted',
      job,
    })
    const made = answer(200, { images: [picture] })
    expect(fromAnswer(made, callOf('stable-fast-upscale')).kind).toBe('produced')
    expect(fromAnswer(accepted, callOf('stable-fast-upscale')).kind).toBe('failed')
  })

  test.each([
    ['an error', { json: { id, name: 'internal_error', errors: ['x'] } }],
    ['no id', { json: {} }],
    ['an id that is none', { json: { id: 5 } }],
    ['HTML', { text: '<!doctype html>' }],
  ])('with %s is no job', (_, changes) => {
    const outcome = fromAnswer(answer(200, changes), callOf('stable-creative-upscale'))
    expect(outcome.kind).toBe('failed')
  })

  test('may take as long as the work, or a minute where a job does it', () => {
    expect(submitMs(callOf('stable-fast-upscale'))).toBe(300_000)
    expect(submitMs(callOf('stable-creative-upscale'))).toBe(60_000)
  })
})

describe('a poll', () => {
  test('asks where results lie, and reads a picture or that there is none yet', () => {
    expect(toPoll(job)).toMatchObject({ method: 'GET', url: `/v2beta/results/${id}` })
    expect(fromPoll(answer(202, { json: { id, status: 'in-progress' } }), job)).toEqual({
      kind: 'pending',
    })
    const headers = { 'finish-reason': 'SUCCESS', seed: '5' }
    expect(fromPoll(answer(200, { headers, images: [picture] }), job)).toMatchObject({
      kind: 'produced',
      images: [{ seed: 5 }],
      providerRequestId: id,
    })
  })

  test.each([
    [404, { json: { name: 'not_found', errors: ['x'] } }, 'timeout_unknown', 'unknown'],
    [403, { json: { name: 'content_moderation' } }, 'content_policy_input', false],
    [401, { json: { name: 'unauthorized' } }, 'auth', 'unknown'],
    [429, {}, 'rate_limited', 'unknown'],
    [500, { json: { name: 'internal_error' } }, 'overloaded', 'unknown'],
    [200, { headers: { 'finish-reason': 'CONTENT_FILTERED' } }, 'content_policy_output', true],
    [200, {}, 'empty', true],
  ])('%i %j of an accepted job is %s, billed: %s', (status, changes, failureClass, billed) => {
    expect(fromPoll(answer(status, changes), job)).toMatchObject({
      kind: 'failed',
      failure: { class: failureClass, billed },
      providerRequestId: id,
    })
  })
})
