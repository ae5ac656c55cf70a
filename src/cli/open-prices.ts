import { hash } from 'node:crypto'
import type { Command } from 'commander'
import { readFeedLayer } from '../config/database.ts'
import { openPriceView, type PriceView } from '../config/price-view.ts'
import { definitionsOf } from '../config/provider-plan.ts'
import { invalid } from '../core/errors/gateway-error.ts'
import type { Usage } from '../core/pricing/usage.ts'
import { dayOf, type Instant, startOfDay } from '../core/time.ts'
import { providers } from '../providers/registry.generated.ts'
import { type CommonOptions, loadForCommand, withCommonOptions } from './settings.ts'

/** Options of every command that looks at prices. */
export interface BookOptions extends CommonOptions {
  readonly book?: string
  readonly at?: string
}

/** Prices, and the instant whose prices are meant. */
export interface OpenPrices extends PriceView {
  readonly at: Instant
}

/** Adds the options that say which prices. */
export const withBookOptions = (command: Command): Command =>
  withCommonOptions(command)
    .option('--book <file>', 'a book by itself: a file, live, or articles-2026-06')
    .option('--at <date>', 'prices of that day, or of an instant with a zone (default: now)')

/**
 * Opens the prices that the options mean: a book, or those in force with what price feeds have
 * said so far. Nothing is asked of anybody.
 * @throws ConfigError for a book that cannot be read, GatewayError for a date that is none.
 */
export async function openPrices(
  options: BookOptions,
  usage: Partial<Usage> = {},
): Promise<OpenPrices> {
  const { settings } = loadForCommand(options)
  const view = openPriceView({
    feed: options.book === undefined ? await readFeedLayer(settings) : undefined,
    definitions: definitionsOf(providers, settings),
    settings,
    sha256: (data) => hash('sha256', data, 'hex'),
    folder: process.cwd(),
    named: options.book,
    usage,
  })
  return { ...view, at: readInstant(options.at ?? view.asOf) }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/** A day means its first instant, UTC. */
function readInstant(text: string | undefined): Instant {
  if (text === undefined) return Date.now()
  try {
    const at = DAY.test(text)
      ? startOfDay(text)
      : INSTANT.test(text)
        ? Date.parse(text)
        : Number.NaN
    if (dayOf(at) !== '') return at
  } catch {
    // Falls through to the same refusal.
  }
  throw invalid('at', '--at must be a day such as 2026-11-20, or an instant with a zone.')
}
