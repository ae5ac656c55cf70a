import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from './build.ts'

/**
 * Builds the package into a temporary folder and lints it as npm would pack it; returns what is
 * wrong. The tree's own `dist` is left alone: it may be in use, and need not exist.
 */
export async function lintPublishedPackage(root: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keeprate-package-'))
  try {
    const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      files: readonly string[]
    }
    for (const name of ['package.json', ...files.filter((each) => each !== 'dist')]) {
      if (existsSync(join(root, name))) copyFileSync(join(root, name), join(folder, name))
    }
    // Last: the emitted code may import package.json, and the build follows every import.
    await build(root, join(folder, 'dist'))
    const { messages, pkg } = await publint({ pkgDir: folder, pack: 'npm', level: 'warning' })
    return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
