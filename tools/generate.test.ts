import { expect, test } from 'vitest'
import { plant } from '../test/plant.ts'
import { emulatorRegistry, generators, providerRegistry, staleFiles } from './generate.ts'

const providers = {
  'src/providers/stability/index.ts': '',
  'src/providers/black-forest-labs/index.ts': '',
  'src/providers/black-forest-labs/sandbox.ts': '',
  'src/providers/unfinished/wire.ts': '',
  'src/providers/shared/index.ts': '',
}

test('the registry lists every provider with a definition, sorted, and nothing else', () => {
  const { content } = providerRegistry(plant(providers))
  expect(content.match(/^import \w+ from .*$/gm)).toEqual([
    "import blackForestLabs from './black-forest-labs/index.ts'",
    "import stability from './stability/index.ts'",
  ])
  expect(content).toContain('[\n  blackForestLabs,\n  stability,\n]')
})

test('the emulators list those providers that have one', () => {
  const { content } = emulatorRegistry(plant(providers))
  expect(content).toContain("from '../providers/black-forest-labs/sandbox.ts'")
  expect(content).not.toContain('stability')
})

test('a file is stale until it holds what its generator says', async () => {
  const files = await Promise.all(generators.map((generator) => generator(plant(providers))))
  const texts = Object.fromEntries(files.map(({ path, content }) => [path, content]))
  expect(await staleFiles(plant({ ...providers, ...texts }))).toEqual([])
  expect(await staleFiles(plant(providers))).toHaveLength(generators.length)
  const [first] = files.map(({ path }) => path)
  const changed = plant({ ...providers, ...texts, [first ?? '']: '' })
  expect((await staleFiles(changed)).map(({ path }) => path)).toEqual([first])
})
