import { isGenerated, isTest, type Tree } from './tree.ts'

const README_LINES = 40
const VAGUE_NAMES = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'manager', 'service']

/** A provider's folder holds exactly these besides what it likes to add. */
const PROVIDER_FILES = ['index.ts', 'wire.ts', 'prices.json', 'models.json', 'sandbox.ts']

/** Checks that each provider's folder has every file that people and tools look for. */
export function checkProviderFolders(tree: Tree): readonly string[] {
  return providerNames(tree).flatMap((name) => {
    const folder = `src/providers/${name}`
    const required = [...PROVIDER_FILES, `${name}.test.ts`, 'README.md'].map(
      (file) => `${folder}/${file}`,
    )
    const missing = required.filter((path) => !tree.paths.includes(path))
    const hasFixture = tree.paths.some((path) => path.startsWith(`${folder}/fixtures/`))
    return [...missing, ...(hasFixture ? [] : [`${folder}/fixtures/*`])].map(
      (path) => `${path} is missing`,
    )
  })
}

/** The providers of a tree, by folder name. */
export function providerNames(tree: Tree): readonly string[] {
  const names = tree.paths.flatMap((path) => /^src\/providers\/([^/]+)\//.exec(path)?.[1] ?? [])
  return [...new Set(names)].filter((name) => name !== 'shared')
}

/** Checks that each folder of `src` says in at most 40 lines what it owns. */
export function checkReadmes(tree: Tree): readonly string[] {
  const folders = new Set(tree.paths.flatMap((path) => /^src\/[^/]+(?=\/)/.exec(path)?.[0] ?? []))
  return [...folders].flatMap((folder) => {
    const path = `${folder}/README.md`
    const text = tree.textOf(path)
    if (text === undefined) return [`${path} is missing`]
    const lines = text.trimEnd().split('\n').length
    return lines > README_LINES ? [`${path}: ${lines} lines, at most ${README_LINES}`] : []
  })
}

/** Checks that no file or folder has a name that says nothing. */
export function checkNames(tree: Tree): readonly string[] {
  return tree.paths
    .filter((path) => !path.includes('/fixtures/'))
    .filter((path) =>
      path
        .split('/')
        .slice(1)
        .some((part) => VAGUE_NAMES.includes(part.replace(/(\.test)?\.[a-z]+$/, ''))),
    )
    .map((path) => `${path}: the name does not say what is inside`)
}

const MAY_EXPORT_DEFAULT = /^src\/providers\/[^/]+\/(index|sandbox)\.ts$|(^|\/)[^/]+\.config\.ts$/

/** Checks that only what the registry or a tool reads has a default export. */
export function checkDefaultExports(tree: Tree): readonly string[] {
  return tree.sources
    .filter(({ path }) => !isTest(path) && !isGenerated(path) && !MAY_EXPORT_DEFAULT.test(path))
    .filter(({ hasDefaultExport }) => hasDefaultExport)
    .map(({ path }) => `${path}: a default export`)
}
