import { expect, test } from 'vitest'
import { readLimit } from './read-limit.ts'

test.each([
  ['10/h', '10', 'hour'],
  ['10/hour', '10', 'hour'],
  ['50/d', '50', 'day'],
  ['0.5/week', '0.5', 'week'],
  ['2000/month', '2000', 'month'],
  ['9/total', '9', 'total'],
] as const)('%s is a limit of %s dollars for each %s', (text, limit, per) => {
  expect(readLimit(text, 'budget')).toEqual({ limit, per })
})

test.each(['', '10', '/h', '10/', '10/year', '10/h/d', '10/toString', '10/H'])(
  '%j is refused, naming the option',
  (text) => {
    const refused = expect.objectContaining({ param: 'budget', code: 'invalid_request' })
    expect(() => readLimit(text, 'budget')).toThrow(refused)
  },
)
