// `node tools/generate.ts` writes every generated file of the repository; `--check` writes nothing
// and exits 1 when one is stale. A new generated file is one function and one entry below.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bookSchemaDocument } from './generate/book-schema.ts'
import { cliDocument } from './generate/cli.ts'
import { configSchemaDocument } from './generate/config-schema.ts'
import { errorsDocument } from './generate/errors.ts'
import type { GeneratedFile, Generator } from './generate/generated-file.ts'
import { priceStructuresDocument } from './generate/price-structures.ts'
import { providersDocument } from './generate/providers.ts'
import { scenarioSchemaDocument } from './generate/scenario-schema.ts'
import { settingsDocument } from './generate/settings.ts'
import { repositoryRoot } from './repository.ts'

/** Every generated file of this repository; first the registries, which the documents read. */
export const generators: readonly Generator[] = [
  providerRegistry,
  emulatorRegistry,
  errorsDocument,
  priceStructuresDocument,
  configSchemaDocument,
  bookSchemaDocument,
  scenarioSchemaDocument,
  settingsDocument,
  providersDocument,
  cliDocument,
]

const HEADER = `// Generated from the folders of src/providers. Do not edit:
// run \`npm run generate\`.
`

/** Lists the definitions of all providers as static imports, which bundlers can follow. */
export function providerRegistry(root: string): GeneratedFile {
  const names = providerFolders(root, 'index.ts')
  const content = `${HEADER}${importLines(names, (name) => `./${name}/index.ts`)}\
import type { ProviderDefinition } from './shared/definition.ts'

/** Every provider that ships, sorted by folder name. */
export const providers: readonly ProviderDefinition[] = ${listOf(names)}
`
  return { path: 'src/providers/registry.generated.ts', content }
}

/** Lists the emulators of all providers that have one. */
export function emulatorRegistry(root: string): GeneratedFile {
  const names = providerFolders(root, 'sandbox.ts')
  const content = `${HEADER}${importLines(names, (name) => `../providers/${name}/sandbox.ts`)}\
import type { Emulator } from '../providers/shared/emulator.ts'

/** Every provider's emulator, sorted by folder name. */
export const emulators: readonly Emulator[] = ${listOf(names)}
`
  return { path: 'src/sandbox/registry.generated.ts', content }
}

function providerFolders(root: string, file: string): readonly string[] {
  const folder = join(root, 'src', 'providers')
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .map((entry) => entry.name)
    .filter((name) => existsSync(join(folder, name, file)))
    .sort()
}

/** `black-forest-labs` becomes `blackForestLabs`. */
const identifierOf = (name: string) =>
  name.replace(/[^a-zA-Z0-9]+(.)/g, (_match, next: string) => next.toUpperCase())

const importLines = (names: readonly string[], pathOf: (name: string) => string) =>
  names.map((name) => `import ${identifierOf(name)} from '${pathOf(name)}'\n`).join('')

const listOf = (names: readonly string[]) =>
  names.length === 0 ? '[]' : `[\n${names.map((name) => `  ${identifierOf(name)},\n`).join('')}]`

/** The generated files whose content on disk differs from what it should be. */
export async function staleFiles(root: string): Promise<readonly GeneratedFile[]> {
  const files = await Promise.all(generators.map((generator) => generator(root)))
  return files.filter((file) => isStale(root, file))
}

function isStale(root: string, { path, content }: GeneratedFile): boolean {
  const place = join(root, path)
  return !existsSync(place) || readFileSync(place, 'utf8') !== content
}

/** Writes what is stale, one after the other: a document may be made of a registry before it. */
async function writeStale(root: string): Promise<void> {
  for (const generator of generators) {
    const file = await generator(root)
    if (!isStale(root, file)) continue
    writeFileSync(join(root, file.path), file.content)
    console.error(`written: ${file.path}`)
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  if (values.check) {
    const stale = await staleFiles(repositoryRoot)
    for (const { path } of stale) console.error(`stale: ${path} (run npm run generate)`)
    return stale.length === 0 ? 0 : 1
  }
  await writeStale(repositoryRoot)
  console.error(`${generators.length} generated files are current.`)
  return 0
}

if (import.meta.main) process.exitCode = await main()
