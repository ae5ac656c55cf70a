/**
 * `keeprate/pricing`: the pricing engine by itself, the same code that the gateway quotes, holds
 * and settles with. `rate` prices a call, `monthBill` a month under a contract, and `strategies`
 * what ways of getting a picture cost.
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
export type { MonthUsage } from './core/pricebook/month.ts'
export { type MonthBill, monthBill } from './core/pricebook/month-bill.ts'
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
export type { TermExample } from './core/pricebook/term.ts'
export {
  describeTerms,
  type Term,
  type TermDescription,
  type TermKind,
  type TermOf,
  termKinds,
  termSchema,
} from './core/pricebook/terms/index.ts'
export type { Charge, ChargeLine } from './core/pricing/charge.ts'
export type { ModifierExample } from './core/pricing/modifier.ts'
export {
  describeModifiers,
  type Modifier,
  type ModifierDescription,
  type ModifierKind,
  type ModifierOf,
  modifierKinds,
  modifierSchema,
} from './core/pricing/modifiers/index.ts'
export { type Price, type Rated, rate } from './core/pricing/rate.ts'
export * as strategies from './core/pricing/strategies/index.ts'
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
