import { isIP } from 'node:net'
import { isPublicAddress } from '../adapters/safe-fetch/address-policy.ts'
import { positiveRateSchema } from '../core/pricing/decimal.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import {
  InstanceError,
  instanceProblem,
  makeInstance,
  offerFinder,
} from '../providers/shared/instance.ts'
import { ConfigError } from './config-error.ts'
import { providerNameProblem } from './provider-name.ts'
import type { ProviderSettings, Settings } from './schema.ts'

/** One provider as it is configured: a kind, under its own or another name. */
export interface ConfiguredProvider {
  readonly kind: string
  readonly definition: ProviderDefinition
  readonly settings: ProviderSettings
}

/** Which providers there are, and which of them are emulated. */
export interface ProviderPlan {
  readonly configured: readonly ConfiguredProvider[]
  /** Names. */
  readonly emulated: readonly string[]
}

/** Finds the place of a member in the configuration file, to be put before a problem. */
export type PlaceFinder = (keys: readonly PropertyKey[]) => string

const UNSAID: ProviderSettings = { allowPrivate: false, isEnabled: true }

/**
 * Decides which providers there are: every kind under its own name, and each of the operator's own
 * servers and accounts. Each kind makes its definitions from what the operator says of them.
 * @throws ConfigError with all problems at once.
 */
export function planProviders(
  kinds: readonly ProviderDefinition[],
  settings: Pick<Settings, 'sandbox' | 'providers'>,
  place?: PlaceFinder,
): ProviderPlan {
  const problems: string[] = []
  const report = (name: string, error: unknown): void => {
    if (!(error instanceof InstanceError)) throw error
    for (const { path, message } of error.problems) {
      const keys = ['providers', name, ...path]
      const at = place === undefined ? '' : `${place(keys)}: `
      problems.push(`${at}${keys.join('.')}: ${message}`)
    }
  }
  const findOffer = offerFinder(kinds)
  const names = new Set([...kinds.map(({ id }) => id), ...Object.keys(settings.providers)])
  const configured = [...names].flatMap((name): ConfiguredProvider[] => {
    const own = settings.providers[name] ?? UNSAID
    try {
      return [toConfigured(kinds, name, own, findOffer)]
    } catch (error) {
      report(name, error)
      return []
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  const emulated = emulatedNames(configured, settings.sandbox)
  for (const provider of configured.filter(({ definition }) => !emulated.includes(definition.id))) {
    try {
      checkReachable(provider)
    } catch (error) {
      report(provider.definition.id, error)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { configured, emulated }
}

/**
 * Every definition that the settings make, callable or not: for those who look at prices alone.
 * Own servers and accounts are among them when the operator has some, and providers that never were
 * when they are emulated: what they would cost somebody else is no price.
 */
export function definitionsOf(
  kinds: readonly ProviderDefinition[],
  settings: Pick<Settings, 'sandbox' | 'providers'>,
): readonly ProviderDefinition[] {
  const { configured, emulated } = planProviders(kinds, settings)
  return configured
    .filter(({ definition, settings: own }) => {
      const isForAll = (definition.availability ?? 'hosted') === 'hosted'
      return isForAll || own.baseUrl !== undefined || emulated.includes(definition.id)
    })
    .map(({ definition }) => definition)
}

function toConfigured(
  kinds: readonly ProviderDefinition[],
  name: string,
  own: ProviderSettings,
  findOffer: ReturnType<typeof offerFinder>,
): ConfiguredProvider {
  const ids = kinds.map(({ id }) => id)
  const problem = providerNameProblem(name, own.kind, ids)
  const kind = kinds.find(({ id }) => id === (own.kind ?? name))
  if (problem !== undefined || kind === undefined) {
    throw instanceProblem(
      problem?.isOfKind === true ? ['kind'] : [],
      problem?.text ?? 'no such kind',
    )
  }
  const { baseUrl, hourlyCost, settings } = own
  // Without a word about it a kind stays as it ships: what the sandbox emulates.
  const isSaid = [baseUrl, hourlyCost, settings].some((value) => value !== undefined)
  if (name === kind.id && !(isSaid && own.isEnabled)) {
    return { kind: kind.id, definition: kind, settings: own }
  }
  if (hourlyCost !== undefined && !positiveRateSchema.safeParse(hourlyCost).success) {
    throw instanceProblem(['hourly_cost'], 'must be dollars above zero, such as "0.80"')
  }
  const definition = makeInstance(kind, {
    id: name,
    settings: settings ?? {},
    findOffer,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(hourlyCost === undefined ? {} : { hourlyCost }),
  })
  return { kind: kind.id, definition, settings: own }
}

/** A server of one's own needs no key, but nobody knows its address unless it is said. */
const isReal = ({ definition, settings }: ConfiguredProvider): boolean =>
  definition.availability === 'self_hosted'
    ? settings.baseUrl !== undefined
    : settings.apiKey !== undefined

/** Whether a provider can be called for real; those that are switched off are left out as well. */
export const isCallable = (provider: ConfiguredProvider): boolean =>
  provider.settings.isEnabled && isReal(provider)

/**
 * Names of the providers that are emulated, by explicit choice or because none is a real one; the
 * latter leaves out what nobody has without saying so: own servers, and providers that never were.
 */
function emulatedNames(
  configured: readonly ConfiguredProvider[],
  sandbox: Settings['sandbox'],
): readonly string[] {
  const all = configured.map(({ definition }) => definition.id)
  if (sandbox === 'all') return all
  if (sandbox === 'none') return []
  if (sandbox !== undefined) {
    const unknown = sandbox.filter((name) => !all.includes(name))
    if (unknown.length === 0) return sandbox
    throw new ConfigError([`sandbox: no such provider: ${unknown.join(', ')}`])
  }
  if (configured.some(isReal)) return []
  return configured
    .filter(({ definition: { availability = 'hosted' } }) => availability === 'hosted')
    .map(({ definition }) => definition.id)
}

/** Whether a host can be told to be private by its look; names are looked up at connect time. */
function isPrivateHost(hostname: string): boolean {
  const literal = hostname.replace(/^\[|\]$/g, '')
  return literal === 'localhost' || (isIP(literal) !== 0 && !isPublicAddress(literal))
}

/**
 * Refuses a provider that the operator names and that could never be called, with advice.
 * @throws InstanceError
 */
function checkReachable({ kind, definition, settings }: ConfiguredProvider): void {
  const { apiKey, baseUrl, allowPrivate, isEnabled } = settings
  if (!isEnabled) return
  if (definition.availability !== 'self_hosted') {
    if (definition.id === kind || apiKey !== undefined) return
    const variable = definition.origin.apiKeyVariable
    const text = `is missing; the variable ${variable} is that of the provider named ${kind}`
    throw instanceProblem(['api_key'], text)
  }
  if (baseUrl === undefined) {
    // A kind of which nothing is said is not there.
    if (definition.id === kind && isUnsaid(settings)) return
    const example = definition.origin.baseUrl
    throw instanceProblem(['base_url'], `is missing: where the server listens, such as ${example}`)
  }
  const url = URL.parse(baseUrl)
  if (url === null) throw instanceProblem(['base_url'], 'is no address')
  const { protocol, hostname } = url
  const isPrivate = isPrivateHost(hostname)
  if (allowPrivate || (protocol === 'https:' && !isPrivate)) return
  const what = isPrivate ? 'a private address' : 'plain http'
  throw instanceProblem(['base_url'], `${what} is only called with allow_private: true`)
}

const isUnsaid = ({ apiKey: _, ...rest }: ProviderSettings): boolean =>
  rest.hourlyCost === undefined && rest.settings === undefined && !rest.allowPrivate
