import { readFileSync } from 'node:fs'
import { isObject } from '../core/json.ts'
import { priceRowSchema } from '../core/pricebook/price-row.ts'
import { type Flaw, flawsOf, valueAt } from './book-reasons.ts'
import { ConfigError } from './config-error.ts'
import { type Keys, openDocument } from './open-document.ts'
import { providerNameProblem } from './provider-name.ts'
import { type ConfigFile, configFile, markupRow } from './schema.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A file that was read. */
export interface ReadConfig {
  readonly values: ConfigFile
  /** `file:line:column` of a member, or of the nearest one around it that is there. */
  readonly place: (keys: readonly PropertyKey[]) => string
}

/**
 * Reads `keeprate.yaml`: `${NAME}` in a text is replaced from the environment, `<member>_file` of
 * a secret or a graph is read from that file. Problems name line and column.
 * @param kinds ids of the providers that there are; without them any is taken.
 * @throws ConfigError with all problems at once.
 */
export function readConfigFile(
  path: string,
  environment: Environment,
  kinds?: readonly string[],
): ReadConfig {
  const document = openDocument(readFileSync(path, 'utf8'), path)
  if (document.errors.length > 0) throw new ConfigError(document.errors)
  const problems: string[] = []
  const { placeOfName } = document
  const place = (keys: Keys): string => document.place(asWritten(keys, document.value))
  const value = expand(document.value ?? {}, [], environment, (keys, problem) =>
    problems.push(`${place(keys)}: ${keys.join('.')}: ${problem}`),
  )
  const result = configFile.safeParse(value)
  if (!result.success) {
    for (const issue of result.error.issues) {
      const names = issue.code === 'unrecognized_keys' ? issue.keys : []
      for (const keys of names.map((name) => [...issue.path, name])) {
        problems.push(`${placeOfName(keys)}: ${keys.join('.')}: there is no such member`)
      }
      if (names.length > 0) continue
      const override = overrideFlaws(issue.path, value)
      for (const { keys, reason, isName } of override) {
        const at = isName === true ? placeOfName(keys) : place(keys)
        problems.push(`${at}: ${keys.join('.')}: ${reason}`)
      }
      if (override.length > 0) continue
      const { path: keys, message } = issue
      problems.push(`${place(keys)}: ${keys.join('.') || 'file'}: ${message}`)
    }
  }
  const given = isObject(value) && isObject(value.providers) ? value.providers : {}
  for (const [id, entry] of Object.entries(given)) {
    const kind = isObject(entry) ? entry.kind : undefined
    const problem = kinds && providerNameProblem(id, kind, kinds)
    if (problem !== undefined) {
      const at = problem.isOfKind
        ? place(['providers', id, 'kind'])
        : placeOfName(['providers', id])
      problems.push(`${at}: providers.${id}: ${problem.text}`)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { values: result.data as ConfigFile, place }
}

/** A member of `prices.overrides` that is neither a price nor a markup: why not, by what it has. */
function overrideFlaws(path: Keys, value: unknown): readonly Flaw[] {
  const [first, second, index] = path
  if (first !== 'prices' || second !== 'overrides' || typeof index !== 'number') return []
  const row = valueAt(value, path)
  const schema = isObject(row) && 'markup' in row ? markupRow : priceRowSchema
  return flawsOf(schema.safeParse(row).error?.issues ?? [], row, path)
}

/** An address may be written as `url`; problems of it are told there. */
function asWritten(keys: Keys, value: unknown): Keys {
  if (keys.at(-1) !== 'base_url') return keys
  const short = [...keys.slice(0, -1), 'url']
  return valueAt(value, short) === undefined ? keys : short
}

/** Members that may be given as `<member>_file`. */
const FILE_MEMBERS = ['api_key', 'key', 'admin_key', 'database_url', 'graph']
/** One of them is no text: a workflow, as its editor exports it. */
const JSON_MEMBER = 'graph'

type Report = (keys: readonly PropertyKey[], problem: string) => void

function expand(
  value: unknown,
  keys: readonly PropertyKey[],
  environment: Environment,
  report: Report,
): unknown {
  if (typeof value === 'string') return expandText(value, keys, environment, report)
  if (Array.isArray(value)) {
    return value.map((item, index) => expand(item, [...keys, index], environment, report))
  }
  if (typeof value !== 'object' || value === null) return value
  const members: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) {
    const path = [...keys, name]
    const inFile = FILE_MEMBERS.find((candidate) => name === `${candidate}_file`)
    const expanded = expand(member, path, environment, report)
    if (inFile !== undefined && inFile in value) report(path, `${inFile} is given as well`)
    if (inFile === undefined) members.push([name, expanded])
    else if (inFile === JSON_MEMBER)
      members.push([inFile, readJson(String(expanded), path, report)])
    else members.push([inFile, readText(String(expanded), path, report)])
  }
  return Object.fromEntries(members)
}

function expandText(
  text: string,
  keys: readonly PropertyKey[],
  environment: Environment,
  report: Report,
): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = environment[name]
    if (value === undefined || value === '') report(keys, `the variable ${name} is not set`)
    return value ?? ''
  })
}

function readText(path: string, keys: readonly PropertyKey[], report: Report): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    report(keys, `the file ${path} cannot be read`)
    return ''
  }
}

function readJson(path: string, keys: readonly PropertyKey[], report: Report): unknown {
  const text = readText(path, keys, report)
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    report(keys, `the file ${path} is no JSON`)
    return {}
  }
}
