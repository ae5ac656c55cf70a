import { readFileSync } from 'node:fs'

/** Variables of the process, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Of a secret this short, four characters would tell too much. */
const SHORTEST_SHOWN = 16

/** A secret's last four characters, enough to tell it from another one. */
export function mask(value: unknown): string {
  const secret = String(value)
  return secret.length < SHORTEST_SHOWN ? '…' : `…${secret.slice(-4)}`
}

/** A variable, or the file that its `_FILE` twin names. An empty variable counts as not set. */
export function readVariable(
  names: readonly string[],
  environment: Environment,
  problems: string[],
): { readonly name: string; readonly value: string } | undefined {
  for (const name of names) {
    const value = environment[name]
    if (value !== undefined && value !== '') return { name, value }
    const path = environment[`${name}_FILE`]
    if (path === undefined || path === '') continue
    try {
      return { name: `${name}_FILE`, value: readFileSync(path, 'utf8').trim() }
    } catch {
      problems.push(`${name}_FILE: the file ${path} cannot be read`)
    }
  }
  return undefined
}
