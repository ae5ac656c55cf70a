import { readFileSync } from 'node:fs'
import { isMap, LineCounter, parseDocument, type Scalar } from 'yaml'
import { isObject } from '../core/json.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigFile, configFile } from './schema.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads `keeprate.yaml`: `${NAME}` in a text is replaced from the environment, `<member>_file` of
 * a secret is read from that file. Problems name line and column.
 * @param providers ids of the providers that there are; without them any id is taken.
 * @throws ConfigError with all problems at once.
 */
export function readConfigFile(
  path: string,
  environment: Environment,
  providers?: readonly string[],
): ConfigFile {
  const text = readFileSync(path, 'utf8')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${path}:${line}:${col}`
  }
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => `${at(error.pos[0])}: ${error.message.split('\n', 1)[0]}`),
    )
  }
  const problems: string[] = []
  const place = (keys: readonly PropertyKey[]): string => {
    for (let depth = keys.length; depth > 0; depth -= 1) {
      const node = document.getIn(keys.slice(0, depth), true) as { range?: [number] } | undefined
      if (node?.range !== undefined) return at(node.range[0])
    }
    return at(document.contents?.range?.[0] ?? 0)
  }
  /** Where a member's name stands, for one that should not be there. */
  const placeOfName = (keys: readonly PropertyKey[]): string => {
    const parent = keys.length > 1 ? document.getIn(keys.slice(0, -1), true) : document.contents
    const pairs = isMap<Scalar>(parent) ? parent.items : []
    const offset = pairs.find(({ key }) => key.value === keys.at(-1))?.key.range?.[0]
    return offset === undefined ? place(keys) : at(offset)
  }
  const value = expand(document.toJS() ?? {}, [], environment, (keys, problem) =>
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
      const { path: keys, message } = issue
      problems.push(`${place(keys)}: ${keys.join('.') || 'file'}: ${message}`)
    }
  }
  const given = isObject(value) && isObject(value.providers) ? value.providers : {}
  for (const id of Object.keys(given)) {
    if (providers === undefined || providers.includes(id)) continue
    const problem = `no such provider; there are ${providers.join(', ')}`
    problems.push(`${placeOfName(['providers', id])}: providers.${id}: ${problem}`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return result.data as ConfigFile
}

/** Members that may be given as `<member>_file`. */
const SECRET_MEMBERS = ['api_key', 'admin_key', 'database_url']

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
    const secret = SECRET_MEMBERS.find((candidate) => name === `${candidate}_file`)
    const expanded = expand(member, path, environment, report)
    if (secret !== undefined && secret in value) report(path, `${secret} is given as well`)
    if (secret === undefined) members.push([name, expanded])
    else members.push([secret, readSecret(String(expanded), path, report)])
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

function readSecret(path: string, keys: readonly PropertyKey[], report: Report): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    report(keys, `the file ${path} cannot be read`)
    return ''
  }
}
