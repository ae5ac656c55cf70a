import { expect, test } from 'vitest'
import { makePurposes } from './default-purposes.ts'
import { misspeltPurpose } from './misspelt-purpose.ts'

test.each([
  ['thumbnal', 'thumbnail'],
  ['Product', 'product'],
  ['thumbnail', undefined],
  ['christmas cards', undefined],
  [undefined, undefined],
])('of %j is said that %j was meant', (name, meant) => {
  const [warning] = misspeltPurpose(name, makePurposes())
  expect(warning?.code).toBe(meant === undefined ? undefined : 'purpose_unknown')
  if (meant !== undefined) expect(warning?.message).toContain(`Was "${meant}" meant?`)
})
