// `node tools/generate.ts` writes every generated file of the repository; `--check` writes nothing
// and exits 1 when one is stale. A new generated file is one function and one entry below.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryRoot } from './repository.ts'

/** A file whose whole content follows from other files of the repository. */
export interface GeneratedFile {
  /** Path from the root, with `/`. */
  readonly path: string
  readonly content: string
}

/** Reads the repository at `root` and says what the file should hold. Writes nothing. */
export type Generator = (root: string) => GeneratedFile | Promise<GeneratedFile>

/** Every generated file of this repository. */
export const generators: readonly Generator[] = [providerRegistry, emulatorRegistry]

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
  return files.filter(({ path, content }) => {
    const place = join(root, path)
    return !existsSync(place) || readFileSync(place, 'utf8') !== content
  })
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const stale = await staleFiles(repositoryRoot)
  if (values.check) {
    for (const { path } of stale) console.error(`stale: ${path} (run npm run generate)`)
    return stale.length === 0 ? 0 : 1
  }
  for (const { path, content } of stale) {
    writeFileSync(join(repositoryRoot, path), content)
    console.error(`written: ${path}`)
  }
  console.error(`${generators.length} generated files are current.`)
  return 0
}

if (import.meta.main) process.exitCode = await main()
