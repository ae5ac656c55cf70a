import { type Model, offerName } from '../../core/catalog/model.ts'
import { type PriceRow, priceRowSchema } from '../../core/pricebook/price-row.ts'
import { decimal } from '../../core/pricing/decimal.ts'
import type { Modifier } from '../../core/pricing/modifiers/index.ts'
import { rate } from '../../core/pricing/rate.ts'
import type { Operation } from '../../core/request/image-request.ts'
import type { CallPlan, UsageEstimate } from '../../ports/provider.ts'
import type { OfferAlike, ProviderInstance } from '../shared/definition.ts'
import { instanceProblem } from '../shared/instance.ts'
import { configurationSource, ownEstimate, ownPriceRows } from '../shared/own-price.ts'
import type { CompatibleModel, CompatibleSettings } from './settings-schema.ts'

/** Prices of a configuration hold since ever: the operator changes them by a restart. */
const SINCE = '2000-01-01'

/**
 * The prices of one model: written out, those of another offer, or a share of the hour of the
 * operator's machine; plus what a reseller adds. Exactly one of the three must be said.
 */
export function pricesOf(
  instance: ProviderInstance,
  made: Model,
  settings: CompatibleSettings,
  index: number,
  like: OfferAlike | undefined,
): readonly PriceRow[] {
  const row = settings.models[index] as CompatibleModel
  const path = ['settings', 'models', index]
  if (row.price !== undefined && row.price_like !== undefined) {
    throw instanceProblem([...path, 'price'], 'is given beside price_like')
  }
  if (row.edit_price !== undefined && row.price === undefined) {
    throw instanceProblem([...path, 'edit_price'], 'is given without price')
  }
  const rows =
    row.price !== undefined
      ? made.operations.map((operation) => writtenRow(instance, made, row, operation, path))
      : like !== undefined
        ? rowsLike(made, like)
        : hourlyRows(instance, made, settings, row, path)
  const percent = row.markup_percent ?? settings.markup_percent
  const marked = rows.map((each) => withMarkup(each, percent))
  checkPriceable(made, marked, like, path)
  return marked
}

function writtenRow(
  { id }: ProviderInstance,
  made: Model,
  { price, edit_price }: CompatibleModel,
  operation: Operation,
  path: readonly PropertyKey[],
): PriceRow {
  const isEdit = operation !== 'generate' && edit_price !== undefined
  const name = isEdit ? 'edit_price' : 'price'
  const read = priceRowSchema.safeParse({
    offer: offerName(made),
    operation,
    components: isEdit ? edit_price : price,
    valid_from: SINCE,
    source: configurationSource(id),
  })
  if (read.success) return read.data
  const issue = read.error.issues[0]
  throw instanceProblem([...path, name, ...(issue?.path.slice(1) ?? [])], issue?.message ?? '')
}

/** The rows of another offer under this one's name, for the operations that both have. */
function rowsLike(made: Model, like: OfferAlike): readonly PriceRow[] {
  const able: readonly string[] = made.operations
  return like.prices
    .filter(({ operation }) => able.includes(operation))
    .map((row) => ({
      ...row,
      offer: offerName(made),
      source: { ...row.source, confidence: 'derived', note: `as ${offerName(like.model)}` },
    }))
}

function hourlyRows(
  instance: ProviderInstance,
  made: Model,
  settings: CompatibleSettings,
  row: CompatibleModel,
  path: readonly PropertyKey[],
): readonly PriceRow[] {
  const own = row.images_per_hour ?? row.seconds_per_image
  const { images_per_hour, seconds_per_image } = own === undefined ? settings : row
  if (instance.hourlyCost === undefined) {
    const text = 'has no price: give price, price_like, or hourly_cost of the machine'
    throw instanceProblem(path, `${made.id} ${text}`)
  }
  if (images_per_hour === undefined && seconds_per_image === undefined) {
    const text = 'needs images_per_hour or seconds_per_image: such servers do not tell their time'
    throw instanceProblem(path, `${made.id} ${text}`)
  }
  const utilisation = row.utilisation ?? settings.utilisation
  return ownPriceRows(instance, made, { images_per_hour, seconds_per_image, utilisation })
}

/** Adds a markup to those that the price has already. */
function withMarkup(row: PriceRow, percent: number): PriceRow {
  if (percent === 0) return row
  const own = decimal(percent).div(100)
  const modifiers = row.modifiers ?? []
  const there = modifiers.find((each) => each.kind === 'aggregator_markup')
  const before = there?.kind === 'aggregator_markup' ? decimal(there.markup) : decimal(0)
  const both = before.plus(1).times(own.plus(1)).minus(1)
  const markup: Modifier = { kind: 'aggregator_markup', markup: both.toFixed() }
  return { ...row, modifiers: [...modifiers.filter((each) => each !== there), markup] }
}

/** A price that needs what nobody can know before the call would make the model uncallable. */
function checkPriceable(
  made: Model,
  rows: readonly PriceRow[],
  like: OfferAlike | undefined,
  path: readonly PropertyKey[],
): void {
  // What it follows is published with its own holes, and callable where it has none.
  if (like !== undefined) return
  for (const row of rows) {
    const operation = made.operations.find((each) => each === row.operation) ?? 'generate'
    const { high } = estimateOf(samplePlan(made, operation), like)
    const rated = rate(row, high)
    if (!rated.ok)
      throw instanceProblem(path, `the price cannot be worked out: ${rated.reason.text}`)
  }
}

function samplePlan(made: Model, operation: Operation): CallPlan {
  const quality = made.qualities[0]
  return {
    model: made,
    operation,
    prompt: '',
    n: 1,
    settings: { size: made.defaultSize, ...(quality === undefined ? {} : { quality }) },
    expectedSize: made.defaultSize,
    images: [],
    options: {},
  }
}

/** What a call uses: as the offer that it follows says, or what its settings and sizes tell. */
export function estimateOf(plan: CallPlan, like: OfferAlike | undefined): UsageEstimate {
  if (like !== undefined) return like.estimate({ ...plan, model: like.model })
  const { width, height } = plan.expectedSize
  const { quality, steps = plan.model.steps?.default } = plan.settings
  const exact = {
    ...ownEstimate(plan).expected,
    size: `${width}x${height}`,
    ...(quality === undefined ? {} : { quality }),
    ...(steps === undefined ? {} : { steps }),
  }
  return { low: exact, expected: exact, high: exact }
}
