import { expect, test } from 'vitest'
import { changedRights, keyRightsSchema } from './key-rights.ts'
import { matchesAny } from './virtual-key.ts'

test.each([
  ['bfl/*', 'bfl/flux-2-pro', true],
  ['bfl/*', 'fal/flux-2-pro', false],
  ['*flux*pro', 'bfl/flux-2-pro', true],
  ['*flux*pro', 'bfl/flux-2-pro-ultra', false],
  ['aba*ba', 'aba', false],
  ['hero', 'hero', true],
  ['hero', 'heroes', false],
  ['*', '', true],
])('%s on %s: %s', (pattern, name, expected) => {
  expect(matchesAny([pattern], name)).toBe(expected)
})

test('what is not said stays, and null takes a restriction away', () => {
  const first = changedRights({
    name: 'shop',
    team: 'design',
    models: ['bfl/*'],
    limits: { images_per_minute: 5, weight: 2 },
    expires_at: '2027-01-01T00:00:00Z',
  })
  const second = changedRights({ models: null, limits: { images_per_minute: null } }, first)
  expect(second).toEqual({
    ...{ name: 'shop', scopes: first.scopes, team: 'design' },
    ...{ limits: { weight: 2 }, expiresAt: Date.UTC(2027, 0, 1) },
  })
  expect(changedRights({ limits: null, expires_at: null, team: null }, second)).toEqual({
    ...{ name: 'shop', scopes: first.scopes },
  })
})

test.each([
  { scopes: [] },
  { scopes: ['root'] },
  { models: [] },
  { limits: { parallel_images: 0 } },
  { limits: { images_per_minute: 1.5 } },
  { expires_at: 'tomorrow' },
  { team: '' },
  { tenant: 'other' },
])('%j is refused', (body) => {
  expect(keyRightsSchema.safeParse(body).success).toBe(false)
})
