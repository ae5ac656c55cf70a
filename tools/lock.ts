import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The part of npm's lock file that says which package needs which. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Reads the lock of the repository at `root`. */
export const readLock = (root: string): Lock =>
  JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock

/**
 * Names what packages need and the lock does not hold. npm sometimes writes locks without the
 * optional packages of other platforms; `npm ci` then passes here and breaks there.
 */
export function missingFromLock(lock: Lock): readonly string[] {
  return Object.entries(lock.packages).flatMap(([path, locked]) =>
    Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
      .filter((name) => !isHeld(lock, path, name))
      .map((name) => `${path || 'package.json'} needs ${name}, which the lock does not hold`),
  )
}

/** Looks where Node.js would: in the package's own node_modules, then in every one above. */
function isHeld(lock: Lock, path: string, name: string): boolean {
  for (let folder = path; ; folder = parentOf(folder)) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages) return true
    if (folder === '') return false
  }
}

const parentOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
