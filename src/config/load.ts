import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { conflictText, findConflicts } from '../core/pricebook/conflicts.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import { readBudgets } from './budget-settings.ts'
import { ConfigError } from './config-error.ts'
import { resolveBooks } from './price-books.ts'
import { planProviders } from './provider-plan.ts'
import { readProviders } from './provider-settings.ts'
import { readConfigFile } from './read-file.ts'
import { routingProblems } from './routing-settings.ts'
import type {
  ConfigFile,
  Origin,
  PriceOverrides,
  ProviderSettings,
  Settings,
  ShownSetting,
  StorageSettings,
} from './schema.ts'
import type { SettingDefinition } from './setting-definition.ts'
import { settingTable } from './setting-table.ts'
import { keepingOf } from './storage-schema.ts'
import { type Environment, mask, readVariable } from './variable.ts'

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
const NO_FILE: { readonly values: ConfigFile; readonly place: undefined } = {
  values: {},
  place: undefined,
}

/**
 * Puts the settings together: flag over environment over file over default.
 * @throws ConfigError with all problems at once.
 */
export function loadSettings(input: {
  readonly flags: Flags
  readonly environment: Environment
  readonly folder: string
  /** The kinds of providers that there are. */
  readonly kinds: readonly ProviderDefinition[]
  /** What a program says of providers, beside file and environment; it wins over both. */
  readonly own?: Readonly<Record<string, Partial<ProviderSettings>>>
}): Loaded {
  const { environment, folder } = input
  const named = input.flags.config ?? (environment.KEEPRATE_CONFIG || undefined)
  const path = isAbsolute(named ?? '') ? (named ?? '') : resolve(folder, named ?? DEFAULT_FILE)
  if (named !== undefined && !existsSync(path)) {
    throw new ConfigError([`${path}: the configuration file does not exist`])
  }
  const hasFile = existsSync(path)
  const ids = input.kinds.map(({ id }) => id)
  const { values: file, place } = hasFile ? readConfigFile(path, environment, ids) : NO_FILE
  const problems: string[] = []
  const shown: ShownSetting[] = []
  const values: Record<string, unknown> = {}
  for (const definition of settingTable) {
    const read = readSetting(definition, input.flags, environment, file, path, problems)
    if (read === undefined) continue
    values[definition.key] = read.value
    shown.push({ ...read, value: definition.isSecret ? mask(read.value) : read.value })
  }
  for (const problem of routingProblems(values)) problems.push(`${path}: ${problem}`)
  const read = readProviders(input.kinds, {
    environment,
    file,
    path,
    place: place ?? (() => path),
    shown,
    problems,
  })
  if (problems.length > 0) throw new ConfigError(problems)
  const home = resolve(folder, String(values.home))
  const truth = values.sandboxTruth
  const sandboxTruth = truth === undefined ? {} : { sandboxTruth: resolve(folder, String(truth)) }
  const priceBooks = resolveBooks(values.priceBooks as Settings['priceBooks'], folder, problems)
  const priceOverrides = readOverrides(file)
  for (const conflict of findConflicts(priceOverrides.rows)) {
    problems.push(`${path}: prices.overrides: ${conflictText(conflict)}`)
  }
  const budgets = readBudgets(file.budgets, path, problems)
  if (problems.length > 0) throw new ConfigError(problems)
  const outside = {
    budgets,
    priceFeeds: file.prices?.feeds ?? [],
    alerts: file.alerts ?? {},
    cache: file.cache ?? {},
    keeping: keepingOf(file.storage ?? {}),
    purposes: file.purposes ?? {},
    quality: file.quality ?? {},
    storage: storageOf(values),
    webhooks: file.webhooks ?? {},
  }
  const providers = withOwn(read, input.own ?? {})
  const own = { ...sandboxTruth, home, providers, priceBooks, priceOverrides }
  const all = { ...values, ...own, ...outside }
  const settings = all as unknown as Settings
  planProviders(input.kinds, settings, place)
  return { settings, shown, ...(hasFile ? { file: path } : {}) }
}

/** The members of the flat list that are about the picture store. */
const storageOf = (values: Readonly<Record<string, unknown>>): StorageSettings => {
  const { storageUrl, storageEndpoint, storageRegion, storageAccessKeyId } = values
  const { storageSecretAccessKey, storageSessionToken, storagePathStyle } = values
  return {
    ...{ url: storageUrl, endpoint: storageEndpoint, region: storageRegion },
    ...{ accessKeyId: storageAccessKeyId, secretAccessKey: storageSecretAccessKey },
    ...{ sessionToken: storageSessionToken, isPathStyle: storagePathStyle },
    allowPrivate: values.storageAllowPrivate,
  } as StorageSettings
}

/** Overrides are rows and markups in one list, because people think of offers. */
function readOverrides(file: ConfigFile): PriceOverrides {
  const overrides = file.prices?.overrides ?? []
  return {
    rows: overrides.filter((each) => 'components' in each),
    markups: overrides.filter((each) => 'markup' in each),
  }
}

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

const withOwn = (
  read: Readonly<Record<string, ProviderSettings>>,
  own: Readonly<Record<string, Partial<ProviderSettings>>>,
): Readonly<Record<string, ProviderSettings>> =>
  Object.fromEntries(
    Object.entries({ ...read, ...own }).map(([name, settings]) => [
      name,
      { allowPrivate: false, isEnabled: true, ...withOwnKeys(read[name] ?? {}, settings) },
    ]),
  )

/** Keys that a program gives replace those of file and environment, be they one or several. */
function withOwnKeys(
  read: Partial<ProviderSettings>,
  own: Partial<ProviderSettings>,
): Partial<ProviderSettings> {
  const { apiKey: _, apiKeys: __, ...keyless } = read
  const hasKeys = own.apiKey !== undefined || own.apiKeys !== undefined
  const first = own.apiKeys?.[0]
  return {
    ...(hasKeys ? keyless : read),
    ...own,
    ...(first === undefined ? {} : { apiKey: first.key }),
  }
}
