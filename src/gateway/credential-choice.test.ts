import { describe, expect, test } from 'vitest'
import type { Credential } from '../ports/provider.ts'
import { fc } from '../testing/fast-check.ts'
import { CredentialChoice } from './credential-choice.ts'

const heavy: Credential = { id: 'heavy', weight: 2 }
const light: Credential = { id: 'light', weight: 1 }
const both = [heavy, light]

/** Takes credentials in turn; each call ends before the next begins. */
const take = (choice: CredentialChoice, count: number, possible: readonly Credential[] = both) =>
  Array.from({ length: count }, () => {
    const next = choice.next('acme', possible)
    if (next === undefined) throw new Error('there is none')
    choice.begin('acme', next, both)()
    return next.id
  })

describe('credentials are taken by weight', () => {
  test('one call after the other', () => {
    const taken = take(new CredentialChoice(), 6)
    expect(taken).toEqual(['heavy', 'heavy', 'light', 'heavy', 'heavy', 'light'])
  })

  test('while calls are under way, the one with the fewest for its weight is next', () => {
    const choice = new CredentialChoice()
    const taken = Array.from({ length: 6 }, () => {
      const next = choice.next('acme', both) ?? heavy
      choice.begin('acme', next, both)
      return next.id
    })
    expect(taken.filter((id) => id === 'heavy')).toHaveLength(4)
  })

  test('for any weights, to within one call of the share', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 5 }), (all, rounds) => {
        const credentials = all.map((weight, index) => ({ id: `key-${index}`, weight }))
        const choice = new CredentialChoice()
        const sum = all.reduce((total, weight) => total + weight, 0)
        const counts = new Map<string, number>()
        for (let call = 0; call < sum * rounds; call += 1) {
          const next = choice.next('acme', credentials)
          if (next === undefined) throw new Error('there is none')
          choice.begin('acme', next, credentials)()
          counts.set(next.id, (counts.get(next.id) ?? 0) + 1)
        }
        for (const { id, weight } of credentials) {
          expect(Math.abs((counts.get(id) ?? 0) - weight * rounds)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

test('one that comes back does not catch up on what it missed', () => {
  const choice = new CredentialChoice()
  take(choice, 30, [heavy])
  expect(take(choice, 6).filter((id) => id === 'light').length).toBeLessThanOrEqual(3)
})

test('providers are counted apart, and nothing is chosen of nothing', () => {
  const choice = new CredentialChoice()
  take(choice, 5)
  expect(choice.next('other', both)?.id).toBe('heavy')
  expect(choice.next('acme', [])).toBeUndefined()
})
