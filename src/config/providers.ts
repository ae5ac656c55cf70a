import type { Catalog } from '../core/catalog/catalog.ts'
import { offerName } from '../core/catalog/model.ts'
import type { PricePart } from '../core/pricebook/layers.ts'
import type { Snapshot } from '../gateway/dependencies.ts'
import type { Clock } from '../ports/clock.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { Provider } from '../ports/provider.ts'
import { createProvider } from '../providers/shared/create-provider.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import { ConfigError } from './config-error.ts'
import type { Settings } from './schema.ts'

/**
 * Ids of the providers that are emulated, by explicit choice or because no provider has a key; the
 * latter leaves out what nobody has without saying so: own servers, and providers that never were.
 */
export function emulatedIds(
  definitions: readonly ProviderDefinition[],
  settings: Pick<Settings, 'sandbox' | 'providers'>,
): readonly string[] {
  const all = definitions.map(({ id }) => id)
  const { sandbox } = settings
  if (sandbox === 'all') return all
  if (sandbox === 'none') return []
  if (sandbox !== undefined) {
    const unknown = sandbox.filter((id) => !all.includes(id))
    if (unknown.length === 0) return sandbox
    throw new ConfigError([`sandbox: no such provider: ${unknown.join(', ')}`])
  }
  const hasKey = all.some((id) => settings.providers[id]?.apiKey !== undefined)
  if (hasKey) return []
  return definitions
    .filter(({ availability = 'hosted' }) => availability === 'hosted')
    .map(({ id }) => id)
}

/** The providers that can be called: emulated ones on the sandbox, others where they have a key. */
export function createProviders(
  definitions: readonly ProviderDefinition[],
  settings: Settings,
  parts: {
    readonly http: HttpClient
    readonly clock: Clock
    readonly emulated: readonly string[]
    readonly sandboxUrl: (id: string) => string
  },
): readonly Provider[] {
  const { http, clock } = parts
  return definitions.flatMap((definition) => {
    const { apiKey, baseUrl, allowPrivate, isEnabled } = settings.providers[definition.id] ?? {
      allowPrivate: false,
      isEnabled: true,
    }
    if (!isEnabled) return []
    if (parts.emulated.includes(definition.id)) {
      const sandbox = { apiKey: 'sandbox', baseUrl: parts.sandboxUrl(definition.id) }
      const runtime = { http, clock, ...sandbox, allowPrivate: true, isSimulated: true }
      return [createProvider(definition, runtime)]
    }
    if (apiKey === undefined) return []
    const address = baseUrl === undefined ? {} : { baseUrl }
    const runtime = { http, clock, apiKey, ...address, allowPrivate, isSimulated: false }
    return [createProvider(definition, runtime)]
  })
}

/** What requests see of the control plane beside prices: models, aliases and providers. */
export function makeCatalogue(providers: readonly Provider[]): Omit<Snapshot, 'book'> {
  const catalog: Catalog = {
    models: providers.flatMap((provider) => provider.models),
    aliases: providers.flatMap((provider) => provider.aliases),
  }
  return { catalog, providers: new Map(providers.map((provider) => [provider.id, provider])) }
}

/** Every offer that has a model. */
export const offersOf = (
  definitions: readonly Pick<ProviderDefinition, 'models'>[],
): ReadonlySet<string> => new Set(definitions.flatMap(({ models }) => models.map(offerName)))

/** The layer of prices that ship with the providers. */
export const livePrices = (
  providers: readonly Pick<ProviderDefinition, 'id' | 'prices'>[],
): readonly PricePart[] => providers.map(({ id, prices }) => ({ name: id, rows: prices }))
