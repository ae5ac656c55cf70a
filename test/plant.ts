import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { repositoryRoot } from '../tools/repository.ts'

/** Writes files into a temporary folder that lives as long as the running test. */
export function plant(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'keeprate-planted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** The same with this repository's installed packages, for tools that look for them. */
export function plantWithPackages(files: Readonly<Record<string, string>>): string {
  const folder = plant(files)
  symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return folder
}
