import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { conflictText, findConflicts } from '../core/pricebook/conflicts.ts'
import { ConfigError } from './config-error.ts'
import { resolveBooks } from './price-books.ts'
import { readConfigFile } from './read-file.ts'
import type { ConfigFile, Origin, PriceOverrides, ProviderSettings, Settings } from './schema.ts'
import { isWebAddress, type SettingDefinition, settingTable } from './setting-table.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A provider's vendor variables, such as OPENAI_API_KEY. */
export interface ProviderVariables {
  readonly id: string
  readonly apiKeyVariable: string
  readonly baseUrlVariable: string
}

/** One line of `keeprate config show`. */
export interface ShownSetting {
  readonly name: string
  /** Secrets are shown as their last four characters. */
  readonly value: unknown
  readonly origin: Origin
  /** The variable or file that said so. */
  readonly source?: string
}

/** Settings, and where each came from. */
export interface Loaded {
  readonly settings: Settings
  readonly shown: readonly ShownSetting[]
  /** The file that was read. */
  readonly file?: string
}

/** What a command line said. */
export type Flags = { readonly [Key in SettingDefinition['key']]?: unknown } & {
  readonly config?: string
}

/** Name of the file in the working folder when nobody names another. */
const DEFAULT_FILE = 'keeprate.yaml'

/**
 * Puts the settings together: flag over environment over file over default.
 * @throws ConfigError with all problems at once.
 */
export function loadSettings(input: {
  readonly flags: Flags
  readonly environment: Environment
  readonly folder: string
  readonly providers: readonly ProviderVariables[]
}): Loaded {
  const { environment, folder } = input
  const named = input.flags.config ?? (environment.KEEPRATE_CONFIG || undefined)
  const path = isAbsolute(named ?? '') ? (named ?? '') : resolve(folder, named ?? DEFAULT_FILE)
  if (named !== undefined && !existsSync(path)) {
    throw new ConfigError([`${path}: the configuration file does not exist`])
  }
  const hasFile = existsSync(path)
  const ids = input.providers.map(({ id }) => id)
  const file = hasFile ? readConfigFile(path, environment, ids) : {}
  const problems: string[] = []
  const shown: ShownSetting[] = []
  const values: Record<string, unknown> = {}
  for (const definition of settingTable) {
    const read = readSetting(definition, input.flags, environment, file, path, problems)
    if (read === undefined) continue
    values[definition.key] = read.value
    shown.push({ ...read, value: definition.isSecret ? mask(read.value) : read.value })
  }
  const providers = readProviders(input.providers, environment, file, shown, path, problems)
  if (problems.length > 0) throw new ConfigError(problems)
  const home = resolve(folder, String(values.home))
  const priceBooks = resolveBooks(values.priceBooks as Settings['priceBooks'], folder, problems)
  const priceOverrides = readOverrides(file)
  for (const conflict of findConflicts(priceOverrides.rows)) {
    problems.push(`${path}: prices.overrides: ${conflictText(conflict)}`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  const outside = { priceFeeds: file.prices?.feeds ?? [], alerts: file.alerts ?? {} }
  const read = { ...values, home, providers, priceBooks, priceOverrides, ...outside }
  const settings = read as unknown as Settings
  return { settings, shown, ...(hasFile ? { file: path } : {}) }
}

/** Overrides are rows and markups in one list, because people think of offers. */
function readOverrides(file: ConfigFile): PriceOverrides {
  const overrides = file.prices?.overrides ?? []
  return {
    rows: overrides.filter((each) => 'components' in each),
    markups: overrides.filter((each) => 'markup' in each),
  }
}

/** Of a secret this short, four characters would tell too much. */
const SHORTEST_SHOWN = 16

/** A secret's last four characters, enough to tell it from another one. */
function mask(value: unknown): string {
  const secret = String(value)
  return secret.length < SHORTEST_SHOWN ? '…' : `…${secret.slice(-4)}`
}

/** An address without what it may say of a user and a password. */
const withoutCredentials = (address: string): string =>
  address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1…@')

function readSetting(
  definition: SettingDefinition,
  flags: Flags,
  environment: Environment,
  file: ConfigFile,
  path: string,
  problems: string[],
): ShownSetting | undefined {
  const name = definition.path.join('.')
  const flag = flags[definition.key]
  const variable = readVariable(definition.variables, environment, problems)
  const inFile = definition.path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    file,
  )
  const candidates: readonly (readonly [unknown, Origin, string | undefined])[] = [
    [flag, 'flag', undefined],
    [variable?.value, 'environment', variable?.name],
    [inFile, 'file', path],
    [definition.default, 'default', undefined],
  ]
  const found = candidates.find(([value]) => value !== undefined)
  if (found === undefined) return undefined
  const [raw, origin, source] = found
  try {
    const value = origin === 'default' ? raw : definition.read(raw)
    return { name, value, origin, ...(source === undefined ? {} : { source }) }
  } catch (error) {
    problems.push(`${source ?? origin}: ${name} ${error instanceof Error ? error.message : ''}`)
    return undefined
  }
}

/** A variable, or the file that its `_FILE` twin names. An empty variable counts as not set. */
function readVariable(
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

function readProviders(
  known: readonly ProviderVariables[],
  environment: Environment,
  file: ConfigFile,
  shown: ShownSetting[],
  path: string,
  problems: string[],
): Record<string, ProviderSettings> {
  const providers: Record<string, ProviderSettings> = {}
  for (const { id, apiKeyVariable, baseUrlVariable } of known) {
    const inFile = file.providers?.[id]
    const pick = (member: 'api_key' | 'base_url', variable: string): string | undefined => {
      const fromFile = inFile?.[member]
      const found = readVariable([variable], environment, problems)
      const value = found?.value ?? fromFile
      if (value === undefined) return undefined
      if (member === 'base_url' && !isWebAddress(value)) {
        problems.push(`${found?.name ?? path}: providers.${id}.base_url must be an http(s) address`)
      }
      shown.push({
        name: `providers.${id}.${member}`,
        value: member === 'api_key' ? mask(value) : withoutCredentials(value),
        ...(found === undefined
          ? { origin: 'file', source: path }
          : { origin: 'environment', source: found.name }),
      })
      return value
    }
    const apiKey = pick('api_key', apiKeyVariable)
    const baseUrl = pick('base_url', baseUrlVariable)
    providers[id] = {
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(baseUrl === undefined ? {} : { baseUrl }),
      allowPrivate: inFile?.allow_private ?? false,
      isEnabled: inFile?.enabled ?? true,
    }
  }
  return providers
}
