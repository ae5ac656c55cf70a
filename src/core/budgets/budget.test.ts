import { expect, test } from 'vitest'
import { spentPercent } from './budget.ts'
import { checkScope, counts, type Spender } from './scope.ts'
import { fromBudgetBody } from './wire.ts'

const spender: Spender = {
  ...{ tenant: 'shop', keyId: 'key_a', team: 'design', purpose: 'hero' },
  tags: { campaign: 'spring', note: 'a=b' },
}

test.each([
  ['total', true],
  ['provider:bfl', true],
  ['tenant:shop', true],
  ['tenant:other', false],
  ['key:key_a', true],
  ['key:key_b', false],
  ['team:design', true],
  ['team:sales', false],
  ['purpose:hero', true],
  ['purpose:thumbnail', false],
  ['tag:campaign=spring', true],
  ['tag:campaign=autumn', false],
  ['tag:campaign', true],
  ['tag:note=a=b', true],
  ['tag:toString', false],
])('a budget of %s counts this spender: %s', (scope, expected) => {
  expect(counts(checkScope(scope), spender)).toBe(expected)
})

test.each([
  [{ scope: 'world', per: 'day', limit: '1' }, 'scope'],
  [{ scope: 'team:', per: 'day', limit: '1' }, 'scope'],
  [{ scope: 'total:all', per: 'day', limit: '1' }, 'scope'],
  [{ scope: 'total', per: 'day' }, 'limit'],
  [{ scope: 'total', per: 'day', limit: '-1' }, 'limit'],
  [{ scope: 'total', per: 'day', limit: 'ten' }, 'limit'],
  [{ scope: 'total', per: 'day', limit: '0.00000000001' }, 'limit'],
  [{ scope: 'total', per: 'day', limit: '1', soft_limit: '2' }, 'soft_limit'],
  [{ scope: 'total', per: 'day', limit: '1', time_zone: 'Mars/Olympus' }, 'time_zone'],
] as const)('%j is refused, naming %s', (body, param) => {
  expect(() => fromBudgetBody(body)).toThrow(expect.objectContaining({ param }))
})

test('a budget is read to the nano-dollar, whether a number or a text says it', () => {
  const shared = { scope: 'total', per: 'hour' } as const
  const read = { ...shared, zone: 'UTC', limitNano: 10_500_000_000n }
  expect(fromBudgetBody({ ...shared, limit: 10.5 })).toEqual(read)
  expect(fromBudgetBody({ ...shared, limit: '10.50' })).toEqual(read)
})

test.each([
  [{ limitNano: 10n }, 4n, 0],
  [{ limitNano: 10n }, 5n, 50],
  [{ limitNano: 10n }, 8n, 80],
  [{ limitNano: 10n }, 10n, 100],
  [{ limitNano: 10n, softNano: 4n }, 4n, 100],
  [{ softNano: 4n }, 2n, 50],
  [{ limitNano: 0n }, 0n, 0],
])('of %o, %d spent is a share of %d %%', (limits, spent, percent) => {
  expect(spentPercent(limits, spent)).toBe(percent)
})
