import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plantWithPackages } from '../test/plant.ts'
import { build } from './build.ts'
import { lintPublishedPackage } from './published-package.ts'
import { repositoryRoot } from './repository.ts'
import { run } from './run.ts'

const fromRepository = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8')

/** A small product with everything that the build treats specially. */
const product = {
  'tsconfig.json': fromRepository('tsconfig.json'),
  'tsconfig.build.json': fromRepository('tsconfig.build.json'),
  'package.json': JSON.stringify({
    name: 'planted',
    version: '1.2.3',
    type: 'module',
    license: 'Apache-2.0',
    bin: { planted: 'dist/cli/main.js' },
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist'],
  }),
  'src/index.ts': `export type { Row } from './rows/row.ts'\nexport const answer: number = 42\n`,
  'src/index.test.ts': "import { test } from 'vitest'\ntest('a', () => {})\n",
  'src/rows/row.ts': 'export interface Row { readonly cost: number }\n',
  'src/rows/rows.json': '[{ "cost":   7 }]\n',
  'src/rows/fixtures/row.json': '{}\n',
  'src/rows/README.md': 'Rows.\n',
  'src/cli/main.ts': `
    import { Worker } from 'node:worker_threads'
    import manifest from '../../package.json' with { type: 'json' }
    import rows from '../rows/rows.json' with { type: 'json' }
    import type { Row } from '../rows/row.ts'
    /** The last row. */
    export const last: Row | undefined = rows.at(-1)
    console.log(manifest.version, last?.cost)
    new Worker(new URL('./worker.ts', import.meta.url))
  `,
  'src/cli/worker.ts': "console.log('worker')\n",
}

test('the build emits a program that runs, with its data and without tests', async () => {
  const folder = plantWithPackages({ ...product, 'dist/old.js': '' })
  const output = join(folder, 'dist')
  await build(folder, output)
  const files = readdirSync(output, { recursive: true, encoding: 'utf8' })
  expect(files.filter((name) => /\.(js|json|md)$/.test(name)).sort()).toEqual([
    'cli/main.js',
    'cli/worker.js',
    'index.js',
    'rows/row.js',
    'rows/rows.json',
  ])
  expect(readFileSync(join(output, 'rows/rows.json'), 'utf8')).toBe(product['src/rows/rows.json'])
  expect(readFileSync(join(output, 'cli/main.d.ts'), 'utf8')).toContain("'../rows/row.js'")
  expect(readFileSync(join(output, 'cli/main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  expect(statSync(join(output, 'cli/main.js')).mode & 0o111).toBe(0o111)
  const result = await run(process.execPath, [join(output, 'cli/main.js')])
  expect(result).toEqual({ exitCode: 0, output: '1.2.3 7\nworker\n' })
})

test('a type error fails the build', async () => {
  const folder = plantWithPackages({ ...product, 'src/wrong.ts': "export const a: number = 'a'\n" })
  await expect(build(folder, join(folder, 'dist'))).rejects.toThrow('src/wrong.ts')
})

test('a worker that does not exist fails the build', async () => {
  const text = "export const place = new URL('./nowhere.ts', import.meta.url)\n"
  const folder = plantWithPackages({ ...product, 'src/place.ts': text })
  await expect(build(folder, join(folder, 'dist'))).rejects.toThrow('./nowhere.js')
})

test('the lint of the package passes a good one and finds an export without a file', async () => {
  const good = plantWithPackages(product)
  expect(await lintPublishedPackage(good)).toEqual([])
  const manifest = product['package.json'].replace('./dist/index.js', './dist/main.js')
  const [problem] = await lintPublishedPackage(
    plantWithPackages({ ...product, 'package.json': manifest }),
  )
  expect(problem).toContain('./dist/main.js')
})
