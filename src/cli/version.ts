import { readFileSync } from 'node:fs'

/**
 * The version of this package; `package.json` lies two folders up, in the repository and in `dist`.
 */
export const version: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
).version
