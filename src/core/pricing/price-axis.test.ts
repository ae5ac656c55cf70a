import { expect, test } from 'vitest'
import { flawsOfAxis, listedFor, type PriceAxis } from './price-axis.ts'

test.each<[PriceAxis, string[], string, string]>([
  ['quality', ['low', 'medium', 'high', 'xhigh', 'max'], 'medium', 'medium'],
  ['quality', ['max', 'xhigh', 'high'], 'low', 'high'],
  ['quality', ['standard', 'hd'], 'medium', 'standard'],
  ['quality', ['standard', 'hd'], 'high', 'hd'],
  ['quality', ['medium', 'high'], 'hd', 'high'],
  ['resolution', ['4K', '1K', '2K'], '1k', '1K'],
  ['resolution', ['768sq', '1k'], '512', '768sq'],
  ['resolution', ['1k', '2048'], '1.5k', '2048'],
  ['size', ['2048x2048', '1024x1024', '1536x1024'], '1200x600', '1536x1024'],
  ['size', ['1536x1024'], '1024x1536', '1536x1024'],
  ['size', ['1024x1536', '1536x1024'], '1536x1000', '1536x1024'],
  ['size', ['1536x1024', '1024x1536'], '1536x1000', '1536x1024'],
])('%s among %j: %s pays %s', (axis, listed, wanted, expected) => {
  expect(listedFor(axis, listed, wanted)).toEqual({ ok: true, value: expected })
})

test.each<[PriceAxis, string[], string, string]>([
  ['quality', ['low', 'medium'], 'high', 'above_largest'],
  ['quality', ['low'], 'best', 'not_listed'],
  ['quality', ['low'], '__proto__', 'not_listed'],
  ['resolution', ['1k'], '1.1k', 'above_largest'],
  ['resolution', ['1k'], 'k', 'not_listed'],
  ['size', ['1024x1024'], '1025x1', 'above_largest'],
  ['size', ['1024x1024'], '1024', 'not_listed'],
  ['size', ['1024x1024'], '0x0', 'not_listed'],
  ['size', ['1024x1024'], '1024X1024', 'not_listed'],
])('%s among %j: %s is refused (%s)', (axis, listed, wanted, code) => {
  expect(listedFor(axis, listed, wanted)).toMatchObject({ ok: false, refusal: { code } })
})

test('the refusal says what was wanted', () => {
  const result = listedFor('size', ['1024x1024'], '4096x4096')
  const text = 'size 4096x4096 is above the largest that has a price'
  expect(result).toMatchObject({ refusal: { text, subject: 'size' } })
})

test.each<[PriceAxis, string[], string[]]>([
  ['quality', ['low', 'medium'], []],
  ['quality', ['standard', 'medium'], ['standard and medium are one quality']],
  ['quality', ['best'], ['"best" is no quality']],
  ['resolution', ['1k', '1024'], ['1k and 1024 are one resolution']],
  ['size', ['1536x1024', '1024x1536'], []],
  ['size', [], ['no size is listed']],
])('%s %j has the flaws %j', (axis, names, flaws) => {
  expect(flawsOfAxis(axis, names)).toEqual(flaws)
})
