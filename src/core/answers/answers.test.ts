import { describe, expect, test } from 'vitest'
import { normaliseRequest } from '../request/normalise.ts'
import type { RequestDraft } from '../request/request-draft.ts'
import { fingerprintText } from './fingerprint.ts'
import { MAX_NAME_CHARACTERS, readIdempotencyKey } from './idempotency-key.ts'
import { type Handover, isDoubtful, isFree, keptForMs, owedTimes } from './owed-answer.ts'
import { recordedOutcome } from './recorded-outcome.ts'

const { adoptMs, paidFailureMs, soonestResendMs } = owedTimes

describe('an answer', () => {
  const kept: readonly (readonly [string, Handover, number])[] = [
    ['delivered', { isComplete: true, outcome: 'images' }, 0],
    ['lost', { isComplete: false, outcome: 'images' }, adoptMs],
    ['lost while it was made', { isComplete: false }, adoptMs],
    ['not ready at the deadline', { isComplete: true }, adoptMs],
    ['promised as a job', { isComplete: true, isJob: true }, 0],
    ['promised as a job, and lost', { isComplete: false, isJob: true }, adoptMs],
    ['a paid failure that was told', { isComplete: true, outcome: 'paid failure' }, paidFailureMs],
    ['a paid failure that was lost', { isComplete: false, outcome: 'paid failure' }, adoptMs],
    ['a free failure', { isComplete: true, outcome: 'free failure' }, 0],
    ['a free failure that was lost', { isComplete: false, outcome: 'free failure' }, 0],
  ]
  test.each(kept)('%s', (_, handover, keptMs) => {
    expect(keptForMs(handover)).toBe(keptMs)
  })

  const answer = {
    ...{ requestId: 'req_1', keyId: 'key_1', fingerprint: 'f', createdAt: 1_000 },
    ...{ holder: 'here', heldUntil: 9_000, keptUntil: 20_000 },
  }
  test('is free once nobody holds it, or its holder gives no sign of life', () => {
    const owner = 'there'
    expect(isFree(answer, { owner, now: 8_999 })).toBe(false)
    expect(isFree(answer, { owner, now: 9_000 })).toBe(true)
    expect(isFree(answer, { owner: 'here', now: 9_000 })).toBe(false)
    const { holder: _, ...left } = answer
    expect(isFree(left, { owner, now: 8_999 })).toBe(true)
  })

  test('is in doubt when another process holds it that it may be sent again from', () => {
    const now = answer.createdAt + soonestResendMs
    expect(isDoubtful(answer, { owner: 'there', now })).toBe(true)
    expect(isDoubtful(answer, { owner: 'there', now: now - 1 })).toBe(false)
    expect(isDoubtful(answer, { owner: 'here', now })).toBe(false)
    expect(isDoubtful(answer, { owner: 'there', now: 9_000 })).toBe(false)
  })
})

describe('a record', () => {
  const error = (code: string) => ({ code, message: '' })
  const told = { costNano: 0n }
  test.each([
    ['of work that goes on', { ...told, state: 'running' }, undefined],
    ['of work that waits', { ...told, state: 'paused' }, undefined],
    ['with pictures', { ...told, state: 'completed' }, 'images'],
    ['of a failure', { ...told, state: 'failed', error: error('overloaded') }, 'free failure'],
    [
      'of a failure that cost money',
      { costNano: 1n, state: 'failed', error: error('no_provider_available') },
      'paid failure',
    ],
    [
      'of a database that was lost',
      { ...told, state: 'failed', error: error('ledger_unavailable') },
      'nothing',
    ],
    [
      'of a lost connection',
      { costNano: 1n, state: 'cancelled', error: error('cancelled') },
      'nothing',
    ],
    [
      'that was cancelled on request',
      { ...told, state: 'cancelled', error: error('cancelled'), cancelAskedAt: 1 },
      'free failure',
    ],
    [
      'that was cancelled on request and had pictures',
      { costNano: 1n, state: 'cancelled', cancelAskedAt: 1 },
      'images',
    ],
  ] as const)('%s', (_, record, outcome) => {
    expect(recordedOutcome(record)).toBe(outcome)
  })
})

describe('a name', () => {
  test.each(['a', 'order 7', '~!@#$', 'x'.repeat(MAX_NAME_CHARACTERS)])('may be %s', (name) => {
    expect(readIdempotencyKey(name)).toBe(name)
  })
  test.each(['', 'é', 'a\tb', 'a\u{7f}', 'x'.repeat(MAX_NAME_CHARACTERS + 1)])(
    'may not be %j',
    (name) => {
      const refused = { code: 'invalid_request', param: 'Idempotency-Key' }
      expect(() => readIdempotencyKey(name)).toThrow(expect.objectContaining(refused))
    },
  )
})

describe('two requests are equal', () => {
  const digest = 'd'.repeat(64)
  const size = { width: 64, height: 64 }
  const picture = { digest, ...size, format: 'png', hasAlpha: false, byteLength: 9 } as const
  const textOf = (draft: Partial<RequestDraft>, format = 'url') =>
    fingerprintText(
      normaliseRequest({ operation: 'edit', prompt: 'a cup', images: [picture], ...draft }),
      { format },
    )
  const one = textOf({ maxCost: '0.10', tags: { a: '1', b: '2' } })

  test('however they are spelt', () => {
    expect(textOf({ maxCost: '0.1', tags: { b: '2', a: '1' }, n: null })).toBe(one)
  })

  test.each<[string, Partial<RequestDraft>]>([
    ['a prompt', { prompt: 'a mug' }],
    ['a picture', { images: [{ ...picture, digest: 'e'.repeat(64) }] }],
    ['a mask', { operation: 'inpaint', mask: { ...picture, hasAlpha: true } }],
    ['a cost limit', { maxCost: '0.11' }],
    ['a number', { n: 2 }],
    ['a user', { endUser: 'joe' }],
    ['a cache mode', { cache: 'off' }],
  ])('but not when %s differs', (_, draft) => {
    expect(textOf({ maxCost: '0.10', tags: { a: '1', b: '2' }, ...draft })).not.toBe(one)
  })

  test('nor when the answer is wanted in another form', () => {
    expect(textOf({ maxCost: '0.10', tags: { a: '1', b: '2' } }, 'b64_json')).not.toBe(one)
  })
})
