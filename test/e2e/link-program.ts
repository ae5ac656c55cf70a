import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'vite'
import { root } from './stand.ts'

/** Every module's own address stays that of its source: workers and data are found there. */
const inPlace: Plugin = {
  name: 'in-place',
  enforce: 'pre',
  transform: (code, id) =>
    code.includes('import.meta.url')
      ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      : null,
}

let folder: string

/**
 * Links the program of this source into one file, once for all tests of a run. Node.js spends more
 * than a second of a processor on finding and linking its 2,200 modules, at each of hundreds of
 * starts.
 */
export async function setup(): Promise<void> {
  // Below node_modules, so that packages that stay apart are found.
  const cache = join(root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  folder = await mkdtemp(join(cache, 'keeprate-program-'))
  const names = { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' }
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [inPlace],
    // Apart stay those that find files of their own beside themselves.
    ssr: { noExternal: true, external: ['sharp', 'piscina', 'pino'] },
    build: { ssr: 'src/cli/main.ts', outDir: folder, rolldownOptions: { output: names } },
  })
  process.env.KEEPRATE_LINKED_PROGRAM = join(folder, 'main.mjs')
}

/** Removes what was linked. */
export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
