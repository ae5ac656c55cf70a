import { describe, expect, test } from 'vitest'
import { type Arrival, type Sibling, Siblings } from './siblings.ts'

const pictures = ['a', 'b', 'c', 'd'].map((digest) => ({ digest }))
const namesOf = (taken: readonly { readonly digest: string }[]) =>
  taken.map(({ digest }) => digest).join('')

/** Requests of a client, at a time in milliseconds. */
const alone = (nowMs = 0) => ({ nowMs, mayBeSplit: false })
const split = (nowMs = 0) => ({ nowMs, mayBeSplit: true })

/** The first picture that a request gets which comes then. */
const firstOf = (siblings: Siblings, arrival: Arrival) =>
  namesOf(siblings.enter('key', arrival).take(pictures, 1))

describe('equal requests that run at the same time', () => {
  test('get different pictures', () => {
    const siblings = new Siblings()
    const [first, second, third] = [1, 2, 3].map(() => siblings.enter('key', alone()))
    expect(namesOf(first?.take(pictures, 2) ?? [])).toBe('ab')
    expect(namesOf(second?.take(pictures, 1) ?? [])).toBe('c')
    expect(namesOf(third?.take(pictures, 5) ?? [])).toBe('d')
    expect(namesOf(first?.take(pictures, 1) ?? [])).toBe('')
  })

  test('still do when one of them has left, for two seconds', () => {
    const siblings = new Siblings()
    const [first, second] = [siblings.enter('key', alone()), siblings.enter('key', alone())]
    first.take(pictures, 1)
    second.hold(['b'])
    first.leave(1_000)
    expect(firstOf(siblings, alone(2_999))).toBe('c')
    expect(firstOf(siblings, alone(3_000))).toBe('a')
  })

  test('that leave twice count once', () => {
    const siblings = new Siblings()
    const [first, second] = [siblings.enter('key', alone()), siblings.enter('key', alone())]
    first.take(pictures, 1)
    first.leave(0)
    first.leave(0)
    expect(firstOf(siblings, alone())).toBe('b')
    second.leave(0)
  })

  test('do not get what was made for another, which is in the cache before that has ended', () => {
    const siblings = new Siblings()
    siblings.enter('key', alone()).hold(['a', 'b'])
    expect(firstOf(siblings, alone())).toBe('c')
  })
})

describe('when all have left', () => {
  test('who comes alone may get the same picture at once', () => {
    const siblings = new Siblings()
    const first = siblings.enter('key', alone())
    first.take(pictures, 4)
    first.leave(0)
    expect(firstOf(siblings, alone())).toBe('a')
    // A late second leave of the first must not end the second's group.
    first.leave(0)
    expect(firstOf(siblings, alone())).toBe('b')
  })

  test.each([
    ['cached', (sibling: Sibling) => sibling.take(pictures, 1)],
    ['made', (sibling: Sibling) => sibling.hold(['a'])],
  ])('the rest of a split call gets another one than the %s one, for two seconds', (_, get) => {
    for (const [laterMs, picture] of [
      [0, 'b'],
      [1_999, 'b'],
      [2_000, 'a'],
    ] as const) {
      const siblings = new Siblings()
      const first = siblings.enter('key', split(5))
      get(first)
      first.leave(10)
      expect(firstOf(siblings, split(10 + laterMs))).toBe(picture)
    }
  })

  test('a prompt that split calls ask for all the time goes on to share its pictures', () => {
    const siblings = new Siblings()
    const given = Array.from({ length: 40 }, (_, index) => {
      const sibling = siblings.enter('key', split(index * 1_000))
      const taken = namesOf(sibling.take(pictures, 1))
      sibling.leave(index * 1_000)
      return taken
    })
    expect(given.join('')).toBe('ab'.repeat(20))
  })
})

test('requests that differ do not know of each other', () => {
  const siblings = new Siblings()
  siblings.enter('one', split()).take(pictures, 1)
  expect(namesOf(siblings.enter('other', split()).take(pictures, 1))).toBe('a')
})

describe('a user who asks the same again was not content', () => {
  const minutes = (count: number): number => count * 60_000
  let count = 0
  const asked = (startedAt: number, id?: string) => {
    count += 1
    return { id: id ?? `req_${count}`, startedAt }
  }

  test.each([
    ['at once', 0, true],
    ['after five minutes', minutes(5), true],
    ['just before ten minutes', minutes(10) - 1, true],
    ['after ten minutes', minutes(10), false],
    ['after a day', minutes(1_440), false],
  ])('%s: %s ms later is a repeat: %s', (_, later, isRepeat) => {
    const siblings = new Siblings()
    expect(siblings.isRepeat('key', 'joe', asked(1_000))).toBe(false)
    expect(siblings.isRepeat('key', 'joe', asked(1_000 + later))).toBe(isRepeat)
  })

  test('the ten minutes begin with the last time', () => {
    const siblings = new Siblings()
    siblings.isRepeat('key', 'joe', asked(0))
    siblings.isRepeat('key', 'joe', asked(minutes(9)))
    expect(siblings.isRepeat('key', 'joe', asked(minutes(18)))).toBe(true)
  })

  test('another user, and another request, are no repeat', () => {
    const siblings = new Siblings()
    siblings.isRepeat('key', 'joe', asked(0))
    expect(siblings.isRepeat('key', 'ann', asked(1))).toBe(false)
    expect(siblings.isRepeat('other', 'joe', asked(1))).toBe(false)
  })

  test('a job that is tried again is no repeat of itself', () => {
    const siblings = new Siblings()
    expect(siblings.isRepeat('key', 'joe', asked(0, 'req_job'))).toBe(false)
    expect(siblings.isRepeat('key', 'joe', asked(1, 'req_job'))).toBe(false)
    expect(siblings.isRepeat('key', 'joe', asked(2))).toBe(true)
  })

  test('the oldest are forgotten first, and never more than 10,000 are remembered', () => {
    const siblings = new Siblings()
    for (let user = 0; user <= 10_000; user += 1) siblings.isRepeat('key', `user ${user}`, asked(0))
    expect(siblings.isRepeat('key', 'user 1', asked(1))).toBe(true)
    expect(siblings.isRepeat('key', 'user 0', asked(1))).toBe(false)
  })
})
