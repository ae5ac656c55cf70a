import { describe, expect, test } from 'vitest'
import { generators, staleFiles } from '../tools/generate.ts'
import { repositoryRoot } from '../tools/repository.ts'
import { checkBlindness } from './architecture/blindness.ts'
import { checkCoreDirection, checkCycles, checkPurity } from './architecture/direction.ts'
import { checkLayers } from './architecture/layers.ts'
import {
  checkDefaultExports,
  checkNames,
  checkProviderFolders,
  checkReadmes,
  providerNames,
} from './architecture/shape.ts'
import { checkSizes } from './architecture/sizes.ts'
import { readTree, treeOf } from './architecture/tree.ts'

const repository = readTree(repositoryRoot)

/** All of the generators, and what they read, on a machine that other tests keep busy. */
const GENERATES_MS = 60_000

describe('the repository', () => {
  test('has files, imports, functions and providers to look at', () => {
    const functions = repository.sources.flatMap((source) => source.functions)
    expect(repository.sources.length).toBeGreaterThan(50)
    expect(checkLayers(repository).edges).toBeGreaterThan(50)
    expect(functions.length).toBeGreaterThan(100)
    expect(providerNames(repository).length).toBeGreaterThan(0)
    expect(generators.length).toBeGreaterThan(0)
  })

  test('imports only what the table of layers allows', () => {
    expect(checkLayers(repository).violations).toEqual([])
  })

  test('keeps the direction inside the core', () => {
    expect(checkCoreDirection(repository)).toEqual([])
  })

  test('has no import cycle', () => {
    expect(checkCycles(repository)).toEqual([])
  })

  test('keeps what simulated worlds hide from the product and from policies', () => {
    expect(checkBlindness(repository)).toEqual([])
  })

  test('has a core without clock, chance and world', () => {
    expect(checkPurity(repository)).toEqual([])
  })

  test('has no file, function or line beyond its limit', () => {
    expect(checkSizes(repository)).toEqual([])
  })

  test('has complete provider folders', () => {
    expect(checkProviderFolders(repository)).toEqual([])
  })

  test('explains every folder of src in a README', () => {
    expect(checkReadmes(repository)).toEqual([])
  })

  test('has no file whose name says nothing', () => {
    expect(checkNames(repository)).toEqual([])
  })

  test('exports by default only what a tool or the registry reads', () => {
    expect(checkDefaultExports(repository)).toEqual([])
  })

  test(
    'has current generated files',
    async () => {
      const stale = await staleFiles(repositoryRoot)
      expect(stale.map(({ path }) => path)).toEqual([])
    },
    GENERATES_MS,
  )
})

/** Plants one file with one import and returns what the table says about it. */
const importing = (path: string, statement: string) =>
  checkLayers(treeOf({ [path]: statement })).violations

describe('a planted import is an error', () => {
  test.each([
    ['core from gateway', 'src/core/money.ts', "import { a } from '../gateway/gateway.ts'"],
    ['a type only', 'src/core/money.ts', "import type { A } from '../ports/clock.ts'"],
    ['a re-export', 'src/ports/clock.ts', "export * from '../adapters/clock.ts'"],
    ['a dynamic import', 'src/http/app.ts', "await import('../config/load.ts')"],
    ['a type by import()', 'src/core/ids.ts', "type A = import('../cli/main.ts').A"],
    ['a worker', 'src/gateway/a.ts', "new Worker(new URL('../cli/w.ts', import.meta.url))"],
    ['a computed name', 'src/adapters/a.ts', 'await import(name)'],
    ['worlds from gateway', 'src/gateway/a.ts', "import type { World } from '../worlds/world.ts'"],
    ['another provider', 'src/providers/bfl/index.ts', "import { a } from '../openai/wire.ts'"],
    ['a provider in shared', 'src/providers/shared/a.ts', "import a from '../openai/index.ts'"],
    ['npm in ports', 'src/ports/clock.ts', "import { z } from 'zod'"],
    ['npm in gateway', 'src/gateway/a.ts', "import pino from 'pino'"],
    ['unlisted npm in core', 'src/core/a.ts', "import { request } from 'undici'"],
    ['node in core', 'src/core/a.ts', "import { createHash } from 'node:crypto'"],
    ['node in a provider', 'src/providers/bfl/wire.ts', "import { gzip } from 'zlib'"],
    ['a wire format in the sandbox', 'src/sandbox/a.ts', "import '../providers/bfl/wire.ts'"],
    ['http in config', 'src/config/a.ts', "import { app } from '../http/app.ts'"],
    ['something outside src', 'src/cli/a.ts', "import { a } from '../../tools/run.ts'"],
    ['a test', 'src/core/a.ts', "import { a } from './b.test.ts'"],
    ['vitest in the product', 'src/core/a.ts', "import { test } from 'vitest'"],
  ])('%s', (_title, path, statement) => {
    expect(importing(path, statement)).toHaveLength(1)
  })

  test('a folder that the layout does not have', () => {
    expect(importing('src/services/a.ts', '')).toEqual([
      'src/services/a.ts: no such place in the layout of src',
    ])
  })
})

describe('an allowed import is none', () => {
  test.each([
    ['zod in core', 'src/core/a.ts', "import { z } from 'zod'"],
    ['core in ports', 'src/ports/a.ts', "import type { A } from '../core/a.ts'"],
    ['shared in a provider', 'src/providers/bfl/index.ts', "import '../shared/definition.ts'"],
    ['own data in a provider', 'src/providers/bfl/index.ts', "import a from './prices.json'"],
    [
      'an emulator in the sandbox',
      'src/sandbox/a.ts',
      "import a from '../providers/bfl/sandbox.ts'",
    ],
    ['the registry in config', 'src/config/a.ts', "import '../providers/registry.generated.ts'"],
    ['vitest in a test', 'src/core/a.test.ts', "import { test } from 'vitest'"],
    ['a contract in a test', 'src/adapters/a.test.ts', "import '../testing/test-image-store.ts'"],
    ['vectors in a test', 'src/core/a.test.ts', "import a from '../../test/data/prices.json'"],
  ])('%s', (_title, path, statement) => {
    expect(importing(path, statement)).toEqual([])
  })
})

describe('a planted fault is found', () => {
  test('a part of the core that knows a later one', () => {
    const upward = treeOf({
      'src/core/pricing/a.ts': "import { b } from '../pricebook/b.ts'",
      'src/core/ledger/a.ts': "import { c } from '../routing/c.ts'",
      'src/core/routing/a.ts': "import { d } from '../money.ts'",
    })
    expect(checkCoreDirection(upward)).toEqual([
      'src/core/ledger/a.ts: core/ledger may not import core/routing',
      'src/core/pricing/a.ts: core/pricing may not import core/pricebook',
    ])
  })

  test('a cycle, through types and re-exports too', () => {
    const cyclic = treeOf({
      'src/core/a.ts': "import type { B } from './b.ts'",
      'src/core/b.ts': "export * from './c.ts'",
      'src/core/c.ts': "import { a } from './a.ts'",
      'src/core/d.ts': "import { a } from './a.ts'",
    })
    expect(checkCycles(cyclic)).toEqual([
      'import cycle: src/core/a.ts -> src/core/b.ts -> src/core/c.ts -> src/core/a.ts',
    ])
  })

  test.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'process.env.A',
    "fetch('a')",
    'setTimeout(a, 1)',
    'crypto.randomUUID()',
  ])('%s in the core', (use) => {
    expect(checkPurity(treeOf({ 'src/core/a.ts': `export const a = () => ${use}` }))).toHaveLength(
      1,
    )
    expect(checkPurity(treeOf({ 'src/http/a.ts': `export const a = () => ${use}` }))).toEqual([])
  })

  test('a product that reads what worlds hide, and a policy that looks behind the scenes', () => {
    const peeking = treeOf({
      'src/core/routing/a.ts': 'export const a = (context: any) => context.theta',
      'src/worlds/a-policy.ts': "import { b } from './oracle.ts'",
      'src/worlds/b-policy.ts': "import type { Given } from './policy.ts'",
      'src/worlds/oracle.ts': 'export const theta = 1',
    })
    expect(checkBlindness(peeking)).toEqual([
      'src/core/routing/a.ts:1: theta is hidden in worlds',
      'src/worlds/a-policy.ts:1: a policy may not know src/worlds/oracle.ts',
    ])
  })

  test('a date made from an argument is no clock', () => {
    expect(checkPurity(treeOf({ 'src/core/a.ts': 'new Date(instant)' }))).toEqual([])
  })

  test('a file of 301 lines', () => {
    expect(checkSizes(treeOf({ 'tools/a.ts': 'const a = 1\n'.repeat(300) }))).toEqual([])
    expect(checkSizes(treeOf({ 'tools/a.ts': 'const a = 1\n'.repeat(301) }))).toHaveLength(1)
  })

  test.each([
    ['a function', 'function a() {', '}'],
    ['an arrow function', 'const a = () => {', '}'],
    ['a method', 'class A { a() {', '} }'],
    ['a test', "test('a', () => {", '})'],
  ])('%s of 71 lines', (_title, head, tail) => {
    const ofLines = (count: number) =>
      treeOf({ 'src/core/a.ts': `${head}\n${'a()\n'.repeat(count - 2)}${tail}\n` })
    expect(checkSizes(ofLines(70))).toEqual([])
    expect(checkSizes(ofLines(71))).toHaveLength(1)
  })

  test('a group of tests may be longer, what stands in it may not', () => {
    const long = `test('b', () => {\n${'a()\n'.repeat(70)}})\n`
    const group = (content: string) =>
      treeOf({ 'src/a.test.ts': `describe('a', () => {\n${content}})` })
    expect(checkSizes(group('a()\n'.repeat(80)))).toEqual([])
    expect(checkSizes(group(long))).toHaveLength(1)
  })

  test('a line of 101 columns, unless it holds a link', () => {
    const wide = (text: string) => treeOf({ 'src/a.ts': `// ${text.padEnd(98, 'x')}` })
    expect(checkSizes(wide(''))).toHaveLength(1)
    expect(checkSizes(wide('https://example.com/'))).toEqual([])
  })

  test('a provider without its emulator or without a fixture', () => {
    const folder = 'src/providers/bfl'
    const names = ['index.ts', 'wire.ts', 'prices.json', 'models.json', 'sandbox.ts', 'bfl.test.ts']
    const all = [...names, 'README.md', 'fixtures/a.json'].map((name) => `${folder}/${name}`)
    const without = (path: string) =>
      checkProviderFolders(
        treeOf(Object.fromEntries(all.filter((each) => each !== path).map((each) => [each, '']))),
      )
    expect(without('')).toEqual([])
    expect(without(`${folder}/sandbox.ts`)).toEqual([`${folder}/sandbox.ts is missing`])
    expect(without(`${folder}/fixtures/a.json`)).toEqual([`${folder}/fixtures/* is missing`])
  })

  test('a folder without a README, or with one that is too long', () => {
    const readme = (text: string) => treeOf({ 'src/core/a.ts': '', 'src/core/README.md': text })
    expect(checkReadmes(readme('a\n'.repeat(40)))).toEqual([])
    expect(checkReadmes(readme('a\n'.repeat(41)))).toHaveLength(1)
    expect(checkReadmes(treeOf({ 'src/core/a.ts': '' }))).toEqual(['src/core/README.md is missing'])
  })

  test('a name that says nothing', () => {
    const names = ['src/core/utils.ts', 'src/core/helpers/a.ts', 'src/common.test.ts', 'src/a.ts']
    const planted = treeOf(Object.fromEntries(names.map((name) => [name, ''])))
    expect(checkNames(planted)).toHaveLength(3)
  })

  test('a default export where nothing reads it', () => {
    const planted = treeOf({
      'src/core/a.ts': 'export default 1',
      'src/core/b.ts': "export { default } from './a.ts'",
      'src/providers/bfl/index.ts': 'export default 1',
    })
    expect(checkDefaultExports(planted)).toEqual([
      'src/core/a.ts: a default export',
      'src/core/b.ts: a default export',
    ])
  })

  test('a file that does not parse', () => {
    expect(() => treeOf({ 'src/a.ts': 'const const' })).toThrow('src/a.ts does not parse')
  })
})
