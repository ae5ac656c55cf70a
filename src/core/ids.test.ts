import { describe, expect, test } from 'vitest'
import { isId, makeId } from './ids.ts'

describe('an id', () => {
  test.each([
    ['zeros', new Uint8Array(16), 'req_000000000000000000000000000000000000'],
    ['ones', new Uint8Array(16).fill(255), 'req_0000000000zzzzzzzzzzzzzzzzzzzzzzzzzw'],
    [
      'one, in the last place',
      Uint8Array.of(...Array(15).fill(0), 1),
      'req_000000000000000000000000000000000004',
    ],
    [
      'bytes beyond the first 16',
      new Uint8Array(20).fill(0, 0, 16).fill(9, 16),
      'req_000000000000000000000000000000000000',
    ],
  ])('of %s is their number in base 32', (_, random, id) => {
    expect(makeId('req', random, 0)).toBe(id)
  })

  test('of a later millisecond sorts behind all earlier ones', () => {
    const early = makeId('req', new Uint8Array(16).fill(255), 1_795_239_877_227)
    const late = makeId('req', new Uint8Array(16), 1_795_239_877_228)
    expect(early < late).toBe(true)
  })

  test.each([0, 1, 15])('of %i bytes cannot be made: it could be guessed', (count) => {
    expect(() => makeId('img', new Uint8Array(count), 0)).toThrow(RangeError)
  })
})

describe('a text is no id', () => {
  const good = makeId('req', new Uint8Array(16).fill(171), 1_795_239_877_227)
  test.each([
    ['of another kind', good.replace('req', 'att')],
    ['without its kind', good.slice(4)],
    ['when it is too short', good.slice(0, -1)],
    ['when it is too long', `${good}0`],
    ['with a line break behind it', `${good}\n`],
    ['in capitals', good.toUpperCase()],
    ['with letters that look like digits', `${good.slice(0, -4)}ilou`],
    ['with a path in it', `req_../../../../../../etc/passw`],
    ['when it is empty', ''],
  ])('%s', (_, text) => {
    expect(isId('req', good)).toBe(true)
    expect(isId('req', text)).toBe(false)
  })
})
