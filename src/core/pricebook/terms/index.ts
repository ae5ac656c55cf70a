import { z } from 'zod'
import type { Priced } from '../../pricing/structure.ts'
import type { MonthUsage } from '../month.ts'
import type { TermExample } from '../term.ts'
import { commitMinSpend } from './commit-min-spend.ts'
import { commitNone } from './commit-none.ts'
import { commitTakeOrPay } from './commit-take-or-pay.ts'
import { concurrencyCap } from './concurrency-cap.ts'
import { egress } from './egress.ts'
import { freeAllowance } from './free-allowance.ts'
import { prepaidPacks } from './prepaid-packs.ts'
import { reservedCapacity } from './reserved-capacity.ts'
import { storage } from './storage.ts'
import { subscriptionGpuHours } from './subscription-gpu-hours.ts'
import { tierGraduated } from './tier-graduated.ts'
import { tierVolume } from './tier-volume.ts'

/**
 * Every monthly term under its kind, and the one place that knows them all. A new term is one file
 * and one entry here.
 */
const terms = {
  commit_none: commitNone,
  commit_min_spend: commitMinSpend,
  commit_take_or_pay: commitTakeOrPay,
  tier_graduated: tierGraduated,
  tier_volume: tierVolume,
  reserved_capacity: reservedCapacity,
  concurrency_cap: concurrencyCap,
  subscription_gpu_hours: subscriptionGpuHours,
  free_allowance: freeAllowance,
  prepaid_packs: prepaidPacks,
  storage,
  egress,
} as const

/** Names of all monthly terms. */
export type TermKind = keyof typeof terms

/** A term of one kind; without a kind, any term. */
export type TermOf<K extends TermKind = TermKind> = {
  [P in K]: { readonly kind: P } & z.output<(typeof terms)[P]['schema']>
}[K]

/** A term of a contract, by which a month is billed. */
export type Term = TermOf

/** The kinds, in the order in which the documentation lists them. */
export const termKinds = Object.keys(terms) as readonly TermKind[]

/** Reads a term; unknown kinds and unknown fields are errors. */
export const termSchema = z.discriminatedUnion(
  'kind',
  // Zod wants a non-empty tuple; a list made from a record is only an array to the type checker.
  termKinds.map((kind) => terms[kind].schema) as unknown as readonly [
    (typeof terms)[TermKind]['schema'],
  ],
)

/** The same record seen as one biller per kind: a kind without its biller does not compile. */
const billers: {
  readonly [K in TermKind]: {
    readonly lines: (term: TermOf<K>, month: MonthUsage) => Priced
    readonly imagesPerHour?: (term: TermOf<K>) => string
  }
} = terms

/** The lines of a month's bill, by the biller of the term's kind. */
export const termLines = <K extends TermKind>(term: TermOf<K>, month: MonthUsage): Priced =>
  billers[term.kind].lines(term, month)

/** The most images an hour that a term lets through; undefined when it does not limit them. */
export const imagesPerHourOf = <K extends TermKind>(term: TermOf<K>): string | undefined =>
  billers[term.kind].imagesPerHour?.(term)

/** A term as the documentation shows it. */
export interface TermDescription {
  readonly kind: TermKind
  readonly title: string
  /** One sentence. */
  readonly summary: string
  readonly example: TermExample<Term>
}

/** Every term with its worked example, for the generated documentation. */
export const describeTerms = (): readonly TermDescription[] =>
  termKinds.map((kind) => {
    const { title, summary, example } = terms[kind]
    return { kind, title, summary, example }
  })
