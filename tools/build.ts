// `node tools/build.ts` makes the published form of `src` in `dist`: JavaScript and declarations,
// because Node.js refuses to strip types below node_modules. The repository itself never uses it.
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { repositoryRoot } from './repository.ts'
import { run } from './run.ts'
import { parseSource } from './source-file.ts'

const COMMAND = 'cli/main.js'
const SHEBANG = '#!/usr/bin/env node\n'

/** Builds `root`/src into `output`, which is emptied first. Rejects with what is wrong. */
export async function build(root: string, output: string): Promise<void> {
  rmSync(output, { recursive: true, force: true })
  await compile(root, output)
  copyAssets(join(root, 'src'), output)
  const emitted = filesBelow(output)
  if (emitted.length === 0) throw new Error('the compiler wrote no file')
  const modules = emitted.filter((path) => path.endsWith('.js') || path.endsWith('.d.ts'))
  for (const path of modules) rewriteEndings(path)
  const broken = modules.flatMap(brokenReferences)
  if (broken.length > 0) throw new Error(`imports without a target:\n${broken.join('\n')}`)
  makeExecutable(join(output, COMMAND))
}

async function compile(root: string, output: string): Promise<void> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const project = join(root, 'tsconfig.build.json')
  const result = await run(process.execPath, [compiler, '-p', project, '--outDir', output])
  if (result.exitCode !== 0) throw new Error(`tsc failed:\n${result.output.trimEnd()}`)
}

/** Copies what is neither code nor only for readers and tests, byte for byte. */
function copyAssets(source: string, output: string): void {
  for (const path of filesBelow(source)) {
    const name = relative(source, path)
    const isFixture = name.split(sep).includes('fixtures')
    if (isFixture || /\.(ts|md)$/.test(name)) continue
    cpSync(path, join(output, name))
  }
}

const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/**
 * The compiler turns `./a.ts` into `./a.js` in the imports of JavaScript. It does not in
 * declarations, nor in `new URL('./a.ts', import.meta.url)`, which is how workers are started.
 */
function rewriteEndings(path: string): void {
  const text = readFileSync(path, 'utf8')
  const rewritten = parseSource(path, text)
    .references.filter(({ specifier }) => specifier !== undefined && /^\..*\.ts$/.test(specifier))
    .sort((a, b) => b.start - a.start)
    .reduce((current, { start, end }) => {
      const quoted = current.slice(start, end).replace(/\.ts(['"`])$/, '.js$1')
      return current.slice(0, start) + quoted + current.slice(end)
    }, text)
  if (rewritten !== text) writeFileSync(path, rewritten)
}

/** Relative imports of an emitted file that lead nowhere. */
function brokenReferences(path: string): readonly string[] {
  return parseSource(path, readFileSync(path, 'utf8'))
    .references.filter(({ specifier }) => specifier?.startsWith('.'))
    .filter(({ specifier }) => !existsSync(join(dirname(path), specifier ?? '')))
    .map(({ specifier }) => `${path}: ${specifier}`)
}

/** Installed packages are started through the `bin` entry, which needs its first line. */
function makeExecutable(path: string): void {
  if (!existsSync(path)) throw new Error(`${path} is missing: src has no command line`)
  const text = readFileSync(path, 'utf8')
  if (!text.startsWith('#!')) writeFileSync(path, SHEBANG + text)
  chmodSync(path, 0o755)
}

if (import.meta.main) {
  try {
    await build(repositoryRoot, join(repositoryRoot, 'dist'))
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
