import type { Catalog } from '../core/catalog/catalog.ts'
import { offerName } from '../core/catalog/model.ts'
import type { PricePart } from '../core/pricebook/layers.ts'
import { viaOf } from '../core/request/via.ts'
import type { Snapshot } from '../gateway/dependencies.ts'
import type { Clock } from '../ports/clock.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { Provider } from '../ports/provider.ts'
import { joinAccounts } from '../providers/shared/accounts.ts'
import { createProvider } from '../providers/shared/create-provider.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import type { Sandbox } from '../sandbox/server.ts'
import { keysOf } from './api-keys.ts'
import { ledClient } from './led-client.ts'
import { isCallable, type ProviderPlan } from './provider-plan.ts'
import type { ProviderSettings } from './schema.ts'

/** The providers that can be called: emulated ones on the sandbox, others where they have a key. */
export function createProviders(
  { configured, emulated }: ProviderPlan,
  parts: {
    readonly http: HttpClient
    readonly clock: Clock
    /** Names this gateway to the providers. */
    readonly instance: string
    /** Where a kind is emulated. */
    readonly sandboxUrl: (kind: string) => string
    /** Where it is a server of this process. */
    readonly sandbox?: Pick<Sandbox, 'lead'> | undefined
  },
): readonly Provider[] {
  const { http, clock } = parts
  const via = viaOf(parts.instance)
  return configured.flatMap((provider) => {
    const { kind, definition, settings } = provider
    const { baseUrl, allowPrivate, isEnabled } = settings
    if (!isEnabled) return []
    if (emulated.includes(definition.id)) {
      const sandbox = { baseUrl: parts.sandboxUrl(kind), allowPrivate: true, isSimulated: true }
      // An emulator takes any key, and the operator's own go nowhere they are not needed.
      const led = parts.sandbox === undefined ? http : ledClient(http, parts.sandbox)
      const runtime = { http: led, clock, via, ...sandbox }
      const create = () => createProvider(definition, { ...runtime, apiKey: 'sandbox' })
      return [withKeys(settings, create)]
    }
    if (!isCallable(provider)) return []
    const address = baseUrl === undefined ? {} : { baseUrl }
    const runtime = { http, clock, via, ...address, allowPrivate, isSimulated: false }
    return [withKeys(settings, (apiKey) => createProvider(definition, { ...runtime, apiKey }))]
  })
}

/** One provider for all the keys that the operator has for it. */
function withKeys(settings: ProviderSettings, create: (apiKey: string) => Provider): Provider {
  const accounts = keysOf(settings).map(({ name, key, weight }) => ({
    ...{ id: name, weight },
    provider: create(key),
  }))
  const [only] = accounts
  return only !== undefined && settings.apiKeys === undefined
    ? only.provider
    : joinAccounts(accounts)
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
