import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { characterErrorRate } from './lettering.ts'

describe('the error rate of a literal', () => {
  test.each([
    ['Open daily', 'OPEN DAILY', 0],
    ['Open daily', 'we are\nOpen\n\ndaily, from 9', 0],
    ['OPENDAILY', 'open daily', 0],
    ['Café', 'CAFÉ', 0],
    ['Straße', 'STRASSE', 0],
    ['50% off!', '50% OFF', 0],
    ['ﬁne', 'fine', 0],
    ['Open daily', 'Open dally', 1 / 9],
    ['CAFE', 'CAFES', 1 / 4],
    ['CAFE', 'CAE', 1 / 4],
    ['SALE', '', 1],
    ['SALE', 'qqqqqqqqqqqqqqqqqqq', 1],
    ['50%', '50', 1 / 3],
    ['!!', 'anything', 0],
  ])('%j read as %j', (literal, reading, rate) => {
    expect(characterErrorRate(literal, reading)).toBeCloseTo(rate, 9)
  })

  test('words around a text do not matter, and every rate lies between 0 and 1', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/)
    const words = fc.array(word, { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(words, words, words, (before, literal, after) => {
        const text = literal.join(' ')
        const reading = [...before, ...literal, ...after].join('\n')
        expect(characterErrorRate(text, reading)).toBe(0)
        const rate = characterErrorRate(text, before.join(' '))
        expect(rate >= 0 && rate <= 1).toBe(true)
      }),
    )
  })
})
