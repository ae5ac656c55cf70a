import type { Command } from 'commander'
import { addPriceCompare } from './price-compare.ts'
import { addPriceFeeds } from './price-feeds.ts'
import { addPriceList } from './price-list.ts'
import { addPriceQuote } from './price-quote.ts'
import { addPriceValidate } from './price-validate.ts'

/** `keeprate price list|show|history|quote|compare|validate`, and those of price sources */
export function addPrice(program: Command): void {
  const price = program.command('price').description('Prices: list, quote, compare, check')
  for (const add of [addPriceList, addPriceQuote, addPriceCompare, addPriceValidate, addPriceFeeds])
    add(price)
}
