import type { Command } from 'commander'
import { addPriceCompare } from './price-compare.ts'
import { addPriceDiff } from './price-diff.ts'
import { addPriceFeeds } from './price-feeds.ts'
import { addPriceImport } from './price-import.ts'
import { addPriceList } from './price-list.ts'
import { addPriceQuote } from './price-quote.ts'
import { addPriceValidate } from './price-validate.ts'

/** `keeprate price list|show|history|quote|compare|validate|diff|import`, and those of sources */
export function addPrice(program: Command): void {
  const price = program.command('price').description('Prices: list, quote, compare, check')
  const parts = [addPriceList, addPriceQuote, addPriceCompare, addPriceValidate, addPriceDiff]
  for (const add of [...parts, addPriceFeeds, addPriceImport]) add(price)
}
