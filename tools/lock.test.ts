import { expect, test } from 'vitest'
import { missingFromLock, readLock } from './lock.ts'
import { repositoryRoot } from './repository.ts'

test('this lock holds many packages, and all that they need', () => {
  const lock = readLock(repositoryRoot)
  expect(Object.keys(lock.packages).length).toBeGreaterThan(100)
  expect(missingFromLock(lock)).toEqual([])
})

test('an optional package of another platform that the lock lacks is named', () => {
  const sharp = { optionalDependencies: { '@img/sharp-darwin-arm64': '0.35.5' } }
  const packages = { '': { dependencies: { sharp: '0.35.5' } }, 'node_modules/sharp': sharp }
  expect(missingFromLock({ packages })).toEqual([
    'node_modules/sharp needs @img/sharp-darwin-arm64, which the lock does not hold',
  ])
})

test('a package is found in the folders above the one that needs it', () => {
  const packages = {
    'node_modules/a': {},
    'node_modules/b/node_modules/c': { dependencies: { a: '1' } },
    'node_modules/@scope/d': { dependencies: { e: '1' } },
    'node_modules/@scope/d/node_modules/e': {},
  }
  expect(missingFromLock({ packages })).toEqual([])
})
