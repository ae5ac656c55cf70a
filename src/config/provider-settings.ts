import type { JsonObject } from '../core/json.ts'
import { decimal } from '../core/pricing/decimal.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import { type ApiKey, withNames } from './api-keys.ts'
import type { PlaceFinder } from './provider-plan.ts'
import type { ConfigFile, ProviderSettings, ShownSetting } from './schema.ts'
import { isWebAddress } from './setting-readers.ts'
import { type Environment, mask, readVariable } from './variable.ts'

/** Where settings of providers are read from, and where they and their problems are told. */
interface Reading {
  readonly environment: Environment
  readonly file: ConfigFile
  /** Path of the file. */
  readonly path: string
  readonly place: PlaceFinder
  readonly shown: ShownSetting[]
  readonly problems: string[]
}

type Entry = NonNullable<ConfigFile['providers']>[string]

/**
 * Reads what file and environment say of every kind and of the operator's own providers. The
 * vendors' variables are those of the provider that is named like its kind.
 */
export function readProviders(
  kinds: readonly ProviderDefinition[],
  reading: Reading,
): Readonly<Record<string, ProviderSettings>> {
  const entries = reading.file.providers ?? {}
  const names = new Set([...kinds.map(({ id }) => id), ...Object.keys(entries)])
  return Object.fromEntries(
    [...names].map((name) => {
      const kind = kinds.find(({ id }) => id === name)
      return [name, readProvider(name, kind, entries[name] ?? {}, reading)]
    }),
  )
}

/** An address without what it may say of a user and a password. */
const withoutCredentials = (address: string): string =>
  address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1…@')

/** How it treats data, as the operator says; servers of one's own are that by their kind. */
function dataOf(
  { region, retention_days, self_hosted }: Entry,
  kind: ProviderDefinition | undefined,
  show: (member: string, value: unknown) => void,
): Pick<ProviderSettings, 'data'> {
  for (const [member, value] of Object.entries({ region, retention_days, self_hosted })) {
    if (value !== undefined) show(member, value)
  }
  const isSelfHosted = self_hosted ?? (kind?.availability === 'self_hosted' ? true : undefined)
  const data = {
    ...(region === undefined ? {} : { region }),
    ...(retention_days === undefined ? {} : { retentionDays: retention_days }),
    ...(isSelfHosted === undefined ? {} : { isSelfHosted }),
  }
  return Object.keys(data).length === 0 ? {} : { data }
}

const showKey = ({ name, key, weight }: ApiKey) => ({ name, key: mask(key), weight })

function readProvider(
  name: string,
  kind: ProviderDefinition | undefined,
  entry: Entry,
  { environment, path, place, shown, problems }: Reading,
): ProviderSettings {
  const variables: Partial<ProviderDefinition['origin']> = kind?.origin ?? {}
  const show = (member: string, value: unknown, variable?: string): void => {
    const from =
      variable === undefined
        ? ({ origin: 'file', source: path } as const)
        : ({ origin: 'environment', source: variable } as const)
    shown.push({ name: `providers.${name}.${member}`, value, ...from })
  }
  const pick = (variable: string | undefined, inFile: string | undefined) => {
    const found = variable && readVariable([variable], environment, problems)
    return found || (inFile === undefined ? undefined : { name: undefined, value: inFile })
  }
  if (entry.kind !== undefined) show('kind', entry.kind)
  // A list says more than the vendor's one variable, which it usually refers to.
  const apiKeys = entry.api_keys === undefined ? undefined : withNames(entry.api_keys)
  if (apiKeys !== undefined) show('api_keys', apiKeys.map(showKey))
  const apiKey = apiKeys === undefined ? pick(variables.apiKeyVariable, entry.api_key) : undefined
  if (apiKey !== undefined) {
    show('api_key', mask(apiKey.value), apiKey.name)
    // A password of an own server may have one; no vendor's key does.
    if (apiKey.value.includes(',') && kind?.availability !== 'self_hosted') {
      const at = apiKey.name ?? place(['providers', name, 'api_key'])
      const advice = `list them as providers.${name}.api_keys, each with a variable of its own`
      problems.push(`${at}: providers.${name}.api_key: several keys; ${advice}`)
    }
  }
  const baseUrl = pick(variables.baseUrlVariable, entry.base_url ?? entry.url)
  if (baseUrl !== undefined) {
    if (!isWebAddress(baseUrl.value)) {
      const at = baseUrl.name ?? place(['providers', name])
      problems.push(`${at}: providers.${name}.base_url must be an http(s) address`)
    }
    show('base_url', withoutCredentials(baseUrl.value), baseUrl.name)
  }
  const hourlyCost = entry.hourly_cost === undefined ? undefined : decimal(entry.hourly_cost)
  if (hourlyCost !== undefined) show('hourly_cost', hourlyCost.toFixed())
  return {
    ...(entry.kind === undefined ? {} : { kind: entry.kind }),
    ...(apiKey === undefined ? {} : { apiKey: apiKey.value }),
    ...(apiKeys?.[0] === undefined ? {} : { apiKey: apiKeys[0].key, apiKeys }),
    ...(baseUrl === undefined ? {} : { baseUrl: baseUrl.value }),
    allowPrivate: entry.allow_private ?? false,
    isEnabled: entry.enabled ?? true,
    ...(hourlyCost === undefined ? {} : { hourlyCost: hourlyCost.toFixed() }),
    ...dataOf(entry, kind, show),
    ...(entry.settings === undefined ? {} : { settings: entry.settings as JsonObject }),
  }
}
