import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { ConfigError } from './config-error.ts'
import { type ConfigFile, configFile } from './schema.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads `keeprate.yaml`: `${NAME}` in a text is replaced from the environment, `<member>_file` of
 * a secret is read from that file. Problems name line and column.
 * @throws ConfigError with all problems at once.
 */
export function readConfigFile(path: string, environment: Environment): ConfigFile {
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
    return path
  }
  const value = expand(document.toJS() ?? {}, [], environment, (keys, problem) =>
    problems.push(`${place(keys)}: ${keys.join('.')}: ${problem}`),
  )
  const result = configFile.safeParse(value)
  if (!result.success) {
    for (const issue of result.error.issues) {
      const keys =
        issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
      problems.push(`${place(keys)}: ${keys.join('.') || 'file'}: ${issue.message}`)
    }
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
