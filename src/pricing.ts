/**
 * `keeprate/pricing`: the pricing engine by itself, the same code that the gateway quotes, holds
 * and settles with.
 * @module
 */
export {
  dollarsFromNano,
  formatDollars,
  MoneyError,
  type Nano,
  nanoFromDollars,
  sumNano,
} from './core/money.ts'
export {
  makePriceBook,
  type PriceBook,
  PriceBookError,
  type PriceKey,
  priceAt,
  validatePriceBook,
} from './core/pricebook/price-book.ts'
export {
  type PriceRow,
  type PriceRowInput,
  priceRowSchema,
  priceRowsSchema,
} from './core/pricebook/price-row.ts'
export { type Quote, type Quoted, quote } from './core/pricebook/quote.ts'
export type { Charge, ChargeLine } from './core/pricing/charge.ts'
export { type Price, type Rated, rate } from './core/pricing/rate.ts'
export type { StructureExample } from './core/pricing/structure.ts'
export {
  type Component,
  type ComponentOf,
  componentSchema,
  describeStructures,
  type Kind,
  kinds,
  type StructureDescription,
} from './core/pricing/structures/index.ts'
export type { UnpriceableCode, UnpriceableReason } from './core/pricing/unpriceable.ts'
export type { TokenUsage, Usage } from './core/pricing/usage.ts'
