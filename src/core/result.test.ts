import { expect, test } from 'vitest'
import { ok, type Result, refused } from './result.ts'

test('a success carries its value, a refusal its reason, and one look tells which', () => {
  const half = (count: number): Result<number, string> =>
    count % 2 === 0 ? ok(count / 2) : refused(`${count} is odd`)
  const [even, odd] = [half(4), half(3)]
  expect(even.ok ? even.value : even.refusal).toBe(2)
  expect(odd.ok ? odd.value : odd.refusal).toBe('3 is odd')
})
