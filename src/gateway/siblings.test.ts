import { describe, expect, test } from 'vitest'
import { Siblings } from './siblings.ts'

const pictures = ['a', 'b', 'c', 'd'].map((id) => ({ id }))
const idsOf = (taken: readonly { readonly id: string }[]) => taken.map(({ id }) => id).join('')

describe('equal requests that run at the same time', () => {
  test('get different pictures', () => {
    const siblings = new Siblings()
    const [first, second, third] = [1, 2, 3].map(() => siblings.enter('key'))
    expect(idsOf(first?.take(pictures, 2) ?? [])).toBe('ab')
    expect(idsOf(second?.take(pictures, 1) ?? [])).toBe('c')
    expect(idsOf(third?.take(pictures, 5) ?? [])).toBe('d')
    expect(idsOf(first?.take(pictures, 1) ?? [])).toBe('')
  })

  test('still do when one of them has left', () => {
    const siblings = new Siblings()
    const [first, second] = [siblings.enter('key'), siblings.enter('key')]
    first.take(pictures, 1)
    first.leave()
    expect(idsOf(second.take(pictures, 1))).toBe('b')
    expect(idsOf(siblings.enter('key').take(pictures, 1))).toBe('c')
  })

  test('that leave twice count once', () => {
    const siblings = new Siblings()
    const [first, second] = [siblings.enter('key'), siblings.enter('key')]
    first.take(pictures, 1)
    first.leave()
    first.leave()
    expect(idsOf(siblings.enter('key').take(pictures, 1))).toBe('b')
    second.leave()
  })
})

test('once all have left, an equal request may get the same picture again', () => {
  const siblings = new Siblings()
  const first = siblings.enter('key')
  first.take(pictures, 4)
  first.leave()
  const second = siblings.enter('key')
  expect(idsOf(second.take(pictures, 1))).toBe('a')
  // A late second leave of the first must not end the second's group.
  first.leave()
  expect(idsOf(siblings.enter('key').take(pictures, 1))).toBe('b')
})

test('requests that differ do not know of each other', () => {
  const siblings = new Siblings()
  siblings.enter('one').take(pictures, 1)
  expect(idsOf(siblings.enter('other').take(pictures, 1))).toBe('a')
})

describe('a user who asks the same again was not content', () => {
  const minutes = (count: number): number => count * 60_000

  test.each([
    ['at once', 0, true],
    ['after five minutes', minutes(5), true],
    ['just before ten minutes', minutes(10) - 1, true],
    ['after ten minutes', minutes(10), false],
    ['after a day', minutes(1_440), false],
  ])('%s: %s ms later is a repeat: %s', (_, later, isRepeat) => {
    const siblings = new Siblings()
    expect(siblings.isRepeat('key', 'joe', 1_000)).toBe(false)
    expect(siblings.isRepeat('key', 'joe', 1_000 + later)).toBe(isRepeat)
  })

  test('the ten minutes begin with the last time', () => {
    const siblings = new Siblings()
    siblings.isRepeat('key', 'joe', 0)
    siblings.isRepeat('key', 'joe', minutes(9))
    expect(siblings.isRepeat('key', 'joe', minutes(18))).toBe(true)
  })

  test('another user, and another request, are no repeat', () => {
    const siblings = new Siblings()
    siblings.isRepeat('key', 'joe', 0)
    expect(siblings.isRepeat('key', 'ann', 1)).toBe(false)
    expect(siblings.isRepeat('other', 'joe', 1)).toBe(false)
  })

  test('the oldest are forgotten first, and never more than 10,000 are remembered', () => {
    const siblings = new Siblings()
    for (let user = 0; user <= 10_000; user += 1) siblings.isRepeat('key', `user ${user}`, 0)
    expect(siblings.isRepeat('key', 'user 1', 1)).toBe(true)
    expect(siblings.isRepeat('key', 'user 0', 1)).toBe(false)
  })
})
