import { closestName } from '../closest-name.ts'
import { GatewayError, invalid } from '../errors/gateway-error.ts'
import { isPlainName } from '../plain-name.ts'
import type { Warning } from '../request/image-request.ts'
import { dayOf, type Instant } from '../time.ts'
import { type Model, type ModelAlias, offerName } from './model.ts'

/** How `auto` ranks what is eligible. */
export const autoRankings = ['cheapest', 'fast', 'best'] as const
/** See {@link autoRankings}. */
export type AutoRanking = (typeof autoRankings)[number]

/** Which models a name means. */
export interface Resolution {
  /** All models that may serve; several when one model is sold by several providers. */
  readonly models: readonly Model[]
  /**
   * Undefined when the caller named a model; `learned` when he leaves it to what was learned of
   * accepted pictures.
   */
  readonly auto?: AutoRanking | 'learned'
  /** `auto:<purpose>` carries a purpose. */
  readonly purpose?: string
  readonly warnings: readonly Warning[]
}

/** All models that can be called now, by name. Immutable: one snapshot serves one request. */
export interface Catalog {
  readonly models: readonly Model[]
  readonly aliases: readonly ModelAlias[]
}

/** Days written `YYYY-MM-DD` have the order of their texts, and every request asks for many. */
const isGone = (model: Model, today: string): boolean =>
  model.lifecycle.shutdownAt !== undefined && today >= model.lifecycle.shutdownAt

const isNamed = (model: Model, name: string): boolean => {
  const slash = name.indexOf('/')
  const bare = slash > 0 && name.slice(0, slash) === model.provider ? name.slice(slash + 1) : name
  return model.id === bare || model.otherNames.includes(bare)
}

/** An alias goes by its bare name, and by that of the provider it leads to: `openai/dall-e-3`. */
const isAliased = (alias: ModelAlias, name: string): boolean => {
  const provider = alias.target.slice(0, alias.target.indexOf('/') + 1)
  return name === alias.name || name === `${provider}${alias.name}`
}

/** Models that exist at an instant. */
export function liveModels(catalog: Catalog, now: Instant): readonly Model[] {
  const today = dayOf(now)
  return catalog.models.filter((model) => {
    const { availableFrom } = model.lifecycle
    const isOut = availableFrom === undefined || today >= availableFrom
    return isOut && !isGone(model, today)
  })
}

/**
 * Finds what a model name means: `auto…`, a model, `provider/model`, or an alias of a retired name.
 * @throws GatewayError `model_not_found` or `model_retired`.
 */
export function resolveModel(catalog: Catalog, name: string, now: Instant): Resolution {
  if (name === 'auto' || name.startsWith('auto:')) return resolveAuto(catalog, name, now)
  const live = liveModels(catalog, now).filter((model) => isNamed(model, name))
  if (live.length > 0) {
    return { models: live, warnings: live.flatMap((model) => deprecation(model, now)) }
  }
  const alias = catalog.aliases.find(
    (candidate) => isAliased(candidate, name) && dayOf(now) >= candidate.from,
  )
  if (alias !== undefined) {
    const target = resolveModel({ ...catalog, aliases: [] }, alias.target, now)
    const warning: Warning = { code: 'model_alias', param: 'model', message: alias.note }
    return { ...target, warnings: [warning, ...target.warnings] }
  }
  const gone = catalog.models.find((model) => isNamed(model, name) && isGone(model, dayOf(now)))
  if (gone !== undefined) {
    const { shutdownAt, replacement } = gone.lifecycle
    const hint = replacement === undefined ? '' : `; its replacement is ${replacement}`
    const message = `The model ${name} was shut down on ${shutdownAt}${hint}.`
    throw new GatewayError('model_retired', message, { param: 'model' })
  }
  const known = [
    ...liveModels(catalog, now)
      .filter(({ isFictional }) => isFictional !== true)
      .flatMap((model) => [model.id, offerName(model)]),
    ...catalog.aliases.map((alias) => alias.name),
  ]
  const meant = closestName(name, known)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  const message = `No configured provider has a model named ${JSON.stringify(name)}${hint || '.'}`
  throw new GatewayError('model_not_found', message, { param: 'model' })
}

function resolveAuto(catalog: Catalog, name: string, now: Instant): Resolution {
  const label = name.slice('auto:'.length)
  // Models that never existed are called by name alone.
  const models = liveModels(catalog, now).filter(({ isFictional }) => isFictional !== true)
  const ranking = autoRankings.find((candidate) => candidate === label)
  if (ranking !== undefined) return { models, auto: ranking, warnings: [] }
  if (name !== 'auto' && !isPlainName(label)) {
    const others = `auto:${autoRankings.join(', auto:')}`
    throw invalid(
      'model',
      `auto: must be followed by a purpose, as in auto:hero; or take ${others}.`,
    )
  }
  const purpose = label === '' ? {} : { purpose: label }
  return { models, auto: 'learned', ...purpose, warnings: [] }
}

/** What a caller should know of a model that its provider is going to shut down. */
export function deprecation(model: Model, now: Instant): Warning[] {
  const { deprecatedAt, shutdownAt, replacement } = model.lifecycle
  if (deprecatedAt === undefined || dayOf(now) < deprecatedAt) return []
  const end = shutdownAt === undefined ? '' : ` and is shut down on ${shutdownAt}`
  const hint = replacement === undefined ? '' : `; use ${replacement}`
  const message = `${offerName(model)} is deprecated${end}${hint}.`
  return [{ code: 'model_deprecated', param: 'model', message }]
}
