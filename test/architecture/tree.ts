import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { parseSource, type SourceFile } from '../../tools/source-file.ts'

/** The files that the architecture rules are about, in memory: of this repository, or planted. */
export interface Tree {
  /** Every file's path from the root, with `/`, sorted. */
  readonly paths: readonly string[]
  /** The parsed sources: TypeScript and plain JavaScript, without generated files. */
  readonly sources: readonly SourceFile[]
  /** Text of any file that is read as text (sources, Markdown). */
  textOf(path: string): string | undefined
}

const FOLDERS = ['src', 'test', 'tools', 'bench', 'examples']
const IGNORED = /(^|\/)(node_modules|dist|\.keeprate|coverage)(\/|$)|^test\/data\//
const TEXT = /\.(ts|mjs|js|md)$/
const SOURCE = /\.(ts|mjs|js)$/

/** True for files that a tool writes. */
export const isGenerated = (path: string): boolean => path.includes('.generated.')

/** True for tests and property tests beside the code. */
export const isTest = (path: string): boolean => path.endsWith('.test.ts')

/** Builds a tree from paths and texts; planted faults use this too. */
export function treeOf(files: Readonly<Record<string, string>>): Tree {
  const paths = Object.keys(files).sort()
  return {
    paths,
    sources: paths
      .filter((path) => SOURCE.test(path))
      .map((path) => parseSource(path, files[path] ?? '')),
    textOf: (path) => files[path],
  }
}

/** Reads the repository at `root`. */
export function readTree(root: string): Tree {
  const files: Record<string, string> = {}
  for (const folder of FOLDERS.filter((each) => existsSync(join(root, each)))) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const path = posix.join(folder, ...name.split(sep))
      if (IGNORED.test(path) || !/\.[a-z0-9]+$/.test(path)) continue
      files[path] = TEXT.test(path) ? readFileSync(join(root, path), 'utf8') : ''
    }
  }
  return treeOf(files)
}
