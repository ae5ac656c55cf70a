import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plantWithPackages } from '../test/plant.ts'
import { repositoryRoot } from './repository.ts'
import { run } from './run.ts'

const configuration = Object.fromEntries(
  ['knip.json', 'package.json', 'tsconfig.json', 'tools/runtime/package.json'].map((path) => [
    path,
    readFileSync(join(repositoryRoot, path), 'utf8'),
  ]),
)

test('knip sees TypeScript: unused files, exports and types, but no worker', async () => {
  const folder = plantWithPackages({
    ...configuration,
    'src/index.ts': `
      import type { Used } from './types.ts'
      import { used } from './values.ts'
      export const value: Used = used
      new Worker(new URL('./worker.ts', import.meta.url))
    `,
    'src/values.ts': 'export const used = 1\nexport const unused = 2\n',
    'src/types.ts': 'export type Used = number\nexport type Unused = string\n',
    'src/worker.ts': 'console.log(1)\n',
    'src/dead.ts': 'export const dead = 1\n',
  })
  const knip = join(folder, 'node_modules/knip/bin/knip.js')
  const kinds = ['--include', 'files,exports,types', '--no-config-hints', '--reporter', 'json']
  const { exitCode, output } = await run(process.execPath, [knip, ...kinds], { cwd: folder })
  const { issues } = JSON.parse(output) as {
    issues: Record<'files' | 'exports' | 'types', { name: string }[]>[]
  }
  const names = issues.flatMap(({ files, exports, types }) => [...files, ...exports, ...types])
  expect(exitCode).not.toBe(0)
  expect(names.map(({ name }) => name).sort()).toEqual(['Unused', 'src/dead.ts', 'unused'])
})
