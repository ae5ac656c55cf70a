import { makeCallPlan } from '../core/catalog/call-plan.ts'
import type { Model } from '../core/catalog/model.ts'
import { validatePriceBook } from '../core/pricebook/price-book.ts'
import { type PriceRow, priceRowSchema } from '../core/pricebook/price-row.ts'
import { operationRules, operations } from '../core/request/operation.ts'
import { startOfDay } from '../core/time.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import { doubleNames, makesSize } from '../providers/shared/models-file.ts'
import { flawOfOperations } from '../providers/shared/operation-rows.ts'
import { sampleRequest } from './sample-calls.ts'

/** What is wrong with a definition, in words; empty when it is complete and agrees with itself. */
export const flawsOfDefinition = (definition: ProviderDefinition): readonly string[] => [
  ...flawsOfOrigin(definition),
  ...definition.models.flatMap((model) => flawsOfModel(definition, model)),
  ...doubleNames(definition).map((name) => `the name ${name} stands twice`),
  ...flawsOfAliases(definition),
  ...definition.prices.flatMap((row) => flawsOfPrice(definition, row)),
  ...validatePriceBook(definition.prices),
]

function flawsOfOrigin(definition: ProviderDefinition): string[] {
  const { id, displayName, origin } = definition
  // A server of one's own lies at an address of one's own.
  const isOwnServer = definition.availability === 'self_hosted'
  const flaws: string[] = []
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(id)) flaws.push(`id ${id} is no name for paths and offers`)
  if (displayName.trim() === '') flaws.push('displayName is empty')
  const base = URL.canParse(origin.baseUrl) ? new URL(origin.baseUrl) : undefined
  if (base === undefined) flaws.push('origin.baseUrl is no address')
  else if (base.protocol !== 'https:' && !isOwnServer)
    flaws.push('origin.baseUrl is no https address')
  const isOwn = origin.ownHosts.some((suffix) => `.${base?.hostname}`.endsWith(suffix))
  if (!isOwn && !isOwnServer) flaws.push('the host of origin.baseUrl is none of origin.ownHosts')
  for (const suffix of origin.ownHosts) {
    const isSuffix = /^(\.[a-z0-9-]+){2,}$/.test(suffix)
    if (!isSuffix) flaws.push(`own host ${suffix} is no suffix of a domain, such as .example.com`)
  }
  for (const variable of [origin.apiKeyVariable, origin.baseUrlVariable]) {
    if (!/^[A-Z][A-Z0-9_]+$/.test(variable)) flaws.push(`${variable} is no environment variable`)
  }
  return flaws
}

function flawsOfModel(definition: ProviderDefinition, model: Model): string[] {
  const flaws: string[] = []
  const { availableFrom, deprecatedAt, shutdownAt } = model.lifecycle
  for (const day of [availableFrom, deprecatedAt, shutdownAt]) {
    if (day !== undefined && !isDay(day)) flaws.push(`${day} is no day`)
  }
  if (model.provider !== definition.id) flaws.push(`belongs to ${model.provider}`)
  if (model.operations.length === 0) flaws.push('has no operation')
  if (model.formats.length === 0) flaws.push('has no format')
  if (model.maxImagesPerCall < 1) flaws.push('makes no image per call')
  if (model.timeoutMs < model.typicalSeconds * 1_000) flaws.push('times out before it is done')
  if (!makesSize(model.sizes, model.defaultSize)) flaws.push('does not make its default size')
  const needsInput = model.operations.some((operation) => operation !== 'generate')
  if (needsInput && model.maxInputImages === 0) flaws.push('edits, but takes no input image')
  const needsMask = model.operations.some((name) => operationRules[name].mask === 'required')
  if (needsMask !== (model.supports.mask === true)) {
    flaws.push('must declare inpaint or erase together with supports.mask')
  }
  const flaw = flawOfOperations(model)
  if (flaw !== undefined) flaws.push(flaw)
  if (needsInput || model.operations.includes('generate')) {
    flaws.push(
      ...model.operations.flatMap((operation) => flawsOfEstimate(definition, model, operation)),
    )
  }
  return flaws.map((flaw) => `model ${model.id}: ${flaw}`)
}

/** Low, expected and high must be in that order in every count, whatever it is. */
function flawsOfEstimate(
  definition: ProviderDefinition,
  model: Model,
  operation: Model['operations'][number],
): string[] {
  const request = sampleRequest(model, operation)
  const fit = { settings: {}, expectedSize: model.defaultSize }
  const call = makeCallPlan(request, model, fit, 1)
  const { low, expected, high } = definition.estimate(call)
  const [lowCounts, counts, highCounts] = [low, expected, high].map((usage) => ({
    ...usage,
    ...usage.tokens,
  }))
  const names = ['images', 'textIn', 'imageIn', 'imageOut', 'textOut', 'credits'] as const
  const isDisordered = names.some((name) => {
    const [least = 0, middle = 0, most = 0] = [lowCounts, counts, highCounts].map(
      (usage) => usage?.[name],
    )
    return least > middle || middle > most
  })
  const flaws = isDisordered ? [`its estimate of ${operation} is not low ≤ expected ≤ high`] : []
  const odd = { ...call, options: { 'no such option': 1 } }
  if (definition.checkOptions(odd) === undefined) flaws.push('accepts options that do not exist')
  if (definition.checkOptions(call) !== undefined) flaws.push('refuses a call without options')
  return flaws
}

function flawsOfAliases({ id, models, aliases }: ProviderDefinition): string[] {
  return aliases.flatMap((alias) => {
    const flaws = isDay(alias.from) ? [] : [`alias ${alias.name}: ${alias.from} is no day`]
    const [owner, name] = alias.target.includes('/') ? alias.target.split('/') : [id, alias.target]
    const target = models.find(
      (model) => model.id === name || model.otherNames.includes(name ?? ''),
    )
    // Another provider's models are not known here.
    if (owner === id && target === undefined) {
      flaws.push(`alias ${alias.name} leads to ${alias.target}, which does not exist`)
    }
    if (alias.note.trim() === '') flaws.push(`alias ${alias.name} says nothing to its users`)
    return flaws
  })
}

function flawsOfPrice({ id, models }: ProviderDefinition, row: PriceRow): string[] {
  const place = `price of ${row.offer} ${row.operation}`
  if (!priceRowSchema.safeParse(row).success) return [`${place} is not of the schema`]
  const [owner, name = ''] = row.offer.split('@')[0]?.split('/') ?? []
  const model = models.find((candidate) => candidate.id === name)
  if (owner !== id || model === undefined) return [`${place} has no model`]
  const isOurs = operations.some((operation) => operation === row.operation)
  const isOffered = model.operations.some((operation) => operation === row.operation)
  return isOurs && !isOffered ? [`${place} is for an operation that the model does not offer`] : []
}

function isDay(text: string): boolean {
  try {
    startOfDay(text)
    return true
  } catch {
    return false
  }
}
