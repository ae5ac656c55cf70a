import { describe, expect, test } from 'vitest'
import { readPrefer } from './prefer.ts'

describe('the header prefer', () => {
  test.each([
    ['nothing', undefined, undefined],
    ['something else', 'return=minimal, handling=lenient', undefined],
    ['to come back at once', 'respond-async', { waitMs: 0, applied: 'respond-async' }],
    ['to wait', 'wait=30', { waitMs: 30_000, applied: 'wait=30' }],
    ['both', 'wait=5, Respond-Async', { waitMs: 5_000, applied: 'respond-async, wait=5' }],
    ['in quotes, with a remark', 'wait="5"; a=b', { waitMs: 5_000, applied: 'wait=5' }],
    ['twice: the first counts', 'wait=1,wait=x', { waitMs: 1_000, applied: 'wait=1' }],
  ])('asks for %s', (_claim, header, preference) => {
    expect(readPrefer(header)).toEqual(preference)
  })

  test.each(['wait', 'wait=', 'wait=soon', 'wait=-1', 'wait=1.5', 'wait=999999'])(
    'is refused: %s',
    (header) => {
      expect(() => readPrefer(header)).toThrow(expect.objectContaining({ param: 'Prefer' }))
    },
  )
})
