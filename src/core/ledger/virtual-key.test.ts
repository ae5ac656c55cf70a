import { expect, test } from 'vitest'
import { allows, type Scope, scopes } from './virtual-key.ts'

test.each(scopes)('a key with scope %s may do that and nothing else, but for admin', (scope) => {
  const allowed = scopes.filter((wanted) => allows({ scopes: [scope] }, wanted))
  expect(allowed).toEqual(scope === 'admin' ? scopes : [scope])
})

test('a key without scopes may do nothing', () => {
  expect(scopes.filter((wanted) => allows({ scopes: [] }, wanted))).toEqual([])
})

test('scopes add up', () => {
  const both: readonly Scope[] = ['images:read', 'models:read']
  expect(scopes.filter((wanted) => allows({ scopes: both }, wanted))).toEqual(both)
})
