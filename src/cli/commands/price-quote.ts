import type { Command } from 'commander'
import { liveModels, type Resolution, resolveModel } from '../../core/catalog/catalog.ts'
import { offerName } from '../../core/catalog/model.ts'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { formatDollars, type Nano } from '../../core/money.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import type { Candidate, Exclusion } from '../../core/routing/plan.ts'
import { quoteOffer } from '../../core/routing/quote-offer.ts'
import { printQuote } from '../../gateway/print-quote.ts'
import { exitCodes } from '../exit-codes.ts'
import { type OpenPrices, openPrices, withBookOptions } from '../open-prices.ts'
import { type Output, table } from '../output.ts'
import {
  type PriceRequestOptions,
  readImages,
  readPriceRequest,
  readUsage,
  withPriceRequestOptions,
} from '../price-request.ts'
import { action } from '../settings.ts'

interface QuoteOptions extends PriceRequestOptions {
  readonly model?: string
  readonly all?: boolean
  readonly n?: string
  readonly maxCost?: string
}

/** `keeprate price quote` */
export function addPriceQuote(price: Command): void {
  withPriceRequestOptions(withBookOptions(price.command('quote')))
    .description('What pictures would cost, line by line; any price book will do')
    .option('-m, --model <name>', 'a model, provider/model or an alias')
    .option('--all', 'every model')
    .option('-n, --n <count>', 'number of images', '1')
    .option('--max-cost <dollars>', 'leave out what can cost more')
    .action(action(quote))
}

async function quote(output: Output, options: QuoteOptions): Promise<number> {
  const prices = await openPrices(options, readUsage(options))
  const request = readPriceRequest(options, options.model ?? 'auto')
  const images = readImages(options.n)
  const { models, auto, warnings } = resolve(options, prices)
  for (const { message } of warnings) output.note(`note   ${message}`)
  const candidates: Candidate[] = []
  const exclusions: Exclusion[] = []
  for (const model of models) {
    const wanted = { request, model, images, isPinned: auto === undefined }
    const quoted = quoteOffer(wanted, prices.estimatorOf(model), prices.book, prices.at)
    if (quoted.ok) candidates.push(quoted.value)
    else exclusions.push({ offer: offerName(model), unfit: quoted.refusal })
  }
  const within = candidates.filter((candidate) => isWithin(candidate, request))
  refuseEmpty(within, candidates, exclusions, options)
  for (const { offer } of within) {
    const remark = prices.remarkOn(offer)
    if (remark !== undefined) output.note(`note   ${remark}`)
  }
  for (const { offer, unfit } of exclusions) output.note(`left out  ${offer}: ${unfit.reason}`)
  const ordered = within.toSorted(byCost)
  output.data({ candidates: ordered.map(print) }, textOf(ordered))
  return exitCodes.ok
}

/** @throws GatewayError for a model that nobody has, or for neither `--model` nor `--all`. */
function resolve({ model, all }: QuoteOptions, { catalog, at, asOf }: OpenPrices): Resolution {
  if ((model === undefined) === (all !== true)) {
    throw invalid('model', 'Give either --model or --all.')
  }
  if (model !== undefined) return resolveModel(catalog, model, at)
  // A book of its own time is asked for all it tells; today's prices only for what can be called.
  const models = liveModels(catalog, at).filter((each) => asOf !== undefined || !each.isFictional)
  return { models, warnings: [] }
}

const isWithin = ({ quote: { highNano } }: Candidate, { maxCostNano }: ImageRequest): boolean =>
  maxCostNano === undefined || highNano <= maxCostNano

function refuseEmpty(
  within: readonly Candidate[],
  candidates: readonly Candidate[],
  exclusions: readonly Exclusion[],
  { model }: QuoteOptions,
): void {
  if (within.length > 0) return
  const tried = exclusions.map(({ offer, unfit }) => ({ offer, reason: unfit.reason }))
  if (candidates.length > 0) {
    const message = 'The worst case of every offer is above --max-cost.'
    throw new GatewayError('max_cost_exceeded', message, { param: 'max_cost', tried })
  }
  const [first] = exclusions
  const code = first?.unfit.code === 'price' ? 'price_unknown' : 'unsupported_parameter'
  const subject = model ?? 'any model'
  const reason = first === undefined ? 'the book has no models' : first.unfit.reason
  throw new GatewayError(code, `There is no quote for ${subject}: ${reason}.`, { tried })
}

/** The members that other programs read; what more a quote has is left to the server. */
function print(candidate: Candidate): JsonObject {
  const { price, ...shared } = printQuote(candidate)
  if (!isObject(price)) return shared
  const { valid_from, source, read_at } = price
  return { ...shared, price: { valid_from, source, read_at } } as JsonObject
}

const byCost = (one: Candidate, other: Candidate): number =>
  compare(one.quote.expectedNano, other.quote.expectedNano) || (one.offer < other.offer ? -1 : 1)

const compare = (one: Nano, other: Nano): number => (one < other ? -1 : one > other ? 1 : 0)

function textOf(candidates: readonly Candidate[]): string {
  const head = ['offer', 'cost', 'range', 'lines', 'price of', 'layer']
  const rows = candidates.map(({ offer, quote: cost, lines, row, origin }) => [
    offer,
    formatDollars(cost.expectedNano),
    cost.lowNano === cost.highNano
      ? 'exact'
      : `${formatDollars(cost.lowNano)} to ${formatDollars(cost.highNano)}`,
    lines.map(({ quantity, unit, rate }) => `${quantity} ${unit} × $${rate}`).join(' + '),
    `${row.valid_from}, read ${row.source.read_at}`,
    `${origin.layer} (${origin.name})${origin.markup === undefined ? '' : ` +${origin.markup}`}`,
  ])
  return table([head, ...rows])
}
