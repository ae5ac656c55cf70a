import type { z } from 'zod'
import { offerName } from '../../core/catalog/model.ts'
import { validatePriceBook } from '../../core/pricebook/price-book.ts'
import type { OfferAlike, ProviderDefinition, ProviderInstance } from './definition.ts'

/** Something in an operator's words about a provider that has to be corrected. */
export interface InstanceProblem {
  /** Where it stands below the provider's entry: `['settings', 'models', 0, 'id']`. */
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** All that is wrong with what an operator says about one provider. */
export class InstanceError extends Error {
  readonly problems: readonly InstanceProblem[]

  constructor(problems: readonly InstanceProblem[]) {
    super(problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
    this.name = 'InstanceError'
    this.problems = problems
  }
}

/** Refuses one member of a provider's entry. */
export const instanceProblem = (path: readonly PropertyKey[], message: string): InstanceError =>
  new InstanceError([{ path, message }])

/**
 * Reads the `settings` of a provider by its schema.
 * @throws InstanceError with all problems at once.
 */
export function readInstanceSettings<Schema extends z.ZodType>(
  schema: Schema,
  { settings }: ProviderInstance,
): z.output<Schema> {
  const read = schema.safeParse(settings)
  if (read.success) return read.data
  throw new InstanceError(
    read.error.issues.flatMap((issue) => {
      const path = ['settings', ...issue.path]
      if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
      return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such member' }))
    }),
  )
}

/**
 * Makes the definition of one configured provider: by the kind's own `configure`, or, for kinds
 * that have nothing to configure, the same definition under another name.
 * @throws InstanceError
 */
export function makeInstance(
  kind: ProviderDefinition,
  instance: ProviderInstance,
): ProviderDefinition {
  if (kind.configure !== undefined) {
    const made = configured(kind.configure, instance)
    const [problem] = validatePriceBook(made.prices)
    if (problem !== undefined) throw instanceProblem(['settings'], problem)
    return made
  }
  if (Object.keys(instance.settings).length > 0) {
    throw instanceProblem(['settings'], `the kind ${kind.id} has no settings`)
  }
  if (instance.hourlyCost !== undefined) {
    throw instanceProblem(['hourly_cost'], `the kind ${kind.id} does not sell hours`)
  }
  return instance.id === kind.id ? kind : renamed(kind, instance.id)
}

function configured(
  configure: NonNullable<ProviderDefinition['configure']>,
  instance: ProviderInstance,
): ProviderDefinition {
  try {
    return configure(instance)
  } catch (error) {
    if (error instanceof InstanceError || !(error instanceof Error)) throw error
    throw instanceProblem(['settings'], error.message)
  }
}

/** The same provider under another name, which its models, offers and aliases carry. */
export const renamed = (kind: ProviderDefinition, id: string): ProviderDefinition => ({
  ...kind,
  id,
  displayName: `${kind.displayName} (${id})`,
  models: kind.models.map((model) => ({ ...model, provider: id })),
  aliases: kind.aliases.map((alias) => ({ ...alias, target: moved(alias.target, kind.id, id) })),
  prices: kind.prices.map((row) => ({ ...row, offer: moved(row.offer, kind.id, id) })),
})

const moved = (offer: string, from: string, to: string): string =>
  offer.startsWith(`${from}/`) ? `${to}${offer.slice(from.length)}` : offer

/** Looks offers up among definitions, for {@link ProviderInstance.findOffer}. */
export const offerFinder =
  (definitions: readonly ProviderDefinition[]) =>
  (offer: string): OfferAlike | undefined => {
    for (const { models, prices, estimate } of definitions) {
      const model = models.find((candidate) => offerName(candidate) === offer)
      if (model === undefined) continue
      const rows = prices.filter((row) => row.offer.split('@', 1)[0] === offer)
      return { model, prices: rows, estimate }
    }
    return undefined
  }
