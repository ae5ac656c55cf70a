import type { Command } from 'commander'
import { liveModels } from '../../core/catalog/catalog.ts'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import { dollarsFromNano, formatDollars, type Nano, nanoFromDollars } from '../../core/money.ts'
import {
  type ComparedOffer,
  type Comparison,
  compareOffer,
} from '../../core/routing/compare-offer.ts'
import { exitCodes } from '../exit-codes.ts'
import { openPrices, withBookOptions } from '../open-prices.ts'
import { type Output, table } from '../output.ts'
import {
  type PriceRequestOptions,
  readPriceRequest,
  readUsage,
  withPriceRequestOptions,
} from '../price-request.ts'
import { action } from '../settings.ts'

interface CompareOptions extends PriceRequestOptions {
  readonly purpose?: string
  readonly editShare: string
  readonly upscaleShare: string
  readonly delivery: string
}

/** `keeprate price compare` */
export function addPriceCompare(price: Command): void {
  withPriceRequestOptions(withBookOptions(price.command('compare')))
    .description('All offers from the base price to the cost of a usable picture, cheapest first')
    .option('-p, --purpose <name>', 'what the picture is for')
    .option('--edit-share <share>', 'share of accepted pictures that are edited', '0')
    .option('--upscale-share <share>', 'share of accepted pictures that are enlarged', '0')
    .option('--delivery <dollars>', 'storage and delivery of one accepted picture', '0')
    .action(action(compare))
}

async function compare(output: Output, options: CompareOptions): Promise<number> {
  const prices = await openPrices(options, readUsage(options))
  const { book, catalog, at } = prices
  const { purpose } = options
  const plain = readPriceRequest({ ...options, operation: 'generate', inputImages: '0' }, 'auto')
  const edited = readPriceRequest({ ...options, operation: 'edit', inputImages: '1' }, 'auto')
  const wanted: Comparison = {
    request: { ...plain, ...(purpose === undefined ? {} : { purpose }) },
    edit: edited,
    shares: {
      edit: readShare('edit_share', options.editShare),
      upscale: readShare('upscale_share', options.upscaleShare),
    },
    deliveryNano: readDollars(options.delivery),
  }
  const compared = liveModels(catalog, at).flatMap((model) => {
    const isLeftOut = prices.asOf === undefined && model.isFictional === true
    if (isLeftOut) return []
    return compareOffer(model, wanted, prices.estimatorOf(model), book, at) ?? []
  })
  if (compared.length === 0) {
    throw new GatewayError('unsupported_parameter', 'No offer of the book can make this picture.')
  }
  const offers = compared.toSorted(byUsable)
  const note = 'acceptance is a prior: stated, not learned'
  output.data({ offers: offers.map(print) }, `${table([HEAD, ...offers.map(cells)])}\n${note}`)
  return exitCodes.ok
}

/** Cheapest usable picture first; offers of which it is not known come last. */
function byUsable(one: ComparedOffer, other: ComparedOffer): number {
  const [a, b] = [one.usableNano, other.usableNano]
  if (a !== undefined && b !== undefined && a !== b) return a < b ? -1 : 1
  if ((a === undefined) !== (b === undefined)) return a === undefined ? 1 : -1
  return one.candidate.offer < other.candidate.offer ? -1 : 1
}

const HEAD = [
  ...['offer', 'base', 'at size', 'size', 'at quality', 'quality', 'edit', 'upscale'],
  ...['acceptance', 'per usable image'],
]

const cells = (offer: ComparedOffer): readonly string[] => [
  offer.candidate.offer,
  shown(offer.baseNano),
  shown(offer.sizeNano),
  sizeOf(offer),
  shown(offer.tryNano),
  effortOf(offer) ?? '-',
  shown(offer.editNano),
  shown(offer.upscaleNano),
  `${offer.acceptance} prior`,
  shown(offer.usableNano),
]

const shown = (nano: Nano | undefined): string => (nano === undefined ? '-' : formatDollars(nano))

const print = (offer: ComparedOffer): JsonObject => {
  const { candidate } = offer
  const { settings } = candidate.fit
  return {
    offer: candidate.offer,
    provider: candidate.model.provider,
    model: candidate.model.id,
    base_usd: dollars(offer.baseNano),
    resolution_tier: sizeOf(offer),
    resolution_usd: dollars(offer.sizeNano),
    quality_tier: settings.quality ?? null,
    steps: settings.steps ?? candidate.model.steps?.default ?? null,
    quality_usd: dollars(offer.tryNano),
    edit_usd: dollars(offer.editNano),
    upscale_usd: dollars(offer.upscaleNano),
    acceptance: offer.acceptance,
    acceptance_basis: 'prior',
    cost_per_usable_usd: dollars(offer.usableNano),
    exact: candidate.quote.lowNano === candidate.quote.highNano,
  }
}

const dollars = (nano: Nano | undefined): string | null =>
  nano === undefined ? null : dollarsFromNano(nano)

/** The size that is made, which can be larger than the one asked for. */
const sizeOf = ({ candidate }: ComparedOffer): string => {
  const { width, height } = candidate.fit.expectedSize
  return `${width}x${height}`
}

function effortOf({ candidate }: ComparedOffer): string | undefined {
  const { settings } = candidate.fit
  const steps = settings.steps ?? candidate.model.steps?.default
  return settings.quality ?? (steps === undefined || steps === 0 ? undefined : `${steps} steps`)
}

function readShare(param: string, text: string): number {
  const share = Number(text)
  if (text.trim() !== '' && share >= 0 && share <= 1) return share
  throw invalid(param, `--${param.replace('_', '-')} must be a number from 0 to 1.`)
}

function readDollars(text: string): Nano {
  try {
    const nano = nanoFromDollars(text)
    if (nano >= 0n) return nano
  } catch {
    // Falls through to the same refusal.
  }
  throw invalid('delivery', '--delivery must be dollars with up to 9 decimals, such as 0.0001.')
}
