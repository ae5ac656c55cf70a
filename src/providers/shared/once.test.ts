import { expect, test } from 'vitest'
import { once } from './once.ts'

test('a value is made once for each key, also when there is none', () => {
  const made: string[] = []
  const lengthOf = once((text: string) => {
    made.push(text)
    return text === '' ? undefined : text.length
  })
  expect(['a', 'bc', 'a', '', ''].map(lengthOf)).toEqual([1, 2, 1, undefined, undefined])
  expect(made).toEqual(['a', 'bc', ''])
})

test('no more than a thousand are kept', () => {
  let made = 0
  const next = once((key: number) => {
    made += 1
    return key
  })
  for (let key = 0; key <= 1_000; key += 1) next(key)
  next(0)
  expect(made).toBe(1_002)
})
