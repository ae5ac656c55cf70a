import type { z } from 'zod'
import type { Priced } from '../pricing/structure.ts'
import type { MonthUsage } from './month.ts'

/** A worked example with real figures: rendered into the documentation and executed by a test. */
export interface TermExample<Term> {
  /** What the month was, in words. */
  readonly title: string
  readonly term: Term
  readonly month: MonthUsage
  /** The expected bill, an exact decimal number of dollars. */
  readonly usd: string
  /** Who published the figures, and when they were read. */
  readonly source: string
}

/** The schema of a term: an object told apart by its `kind`. */
type TermSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>

/**
 * One way in which a contract bills a month: the file of a term exports exactly one of these.
 * A term never prices a single call, because what a call costs then depends on the whole month.
 */
export interface TermDefinition<Schema extends TermSchema = TermSchema> {
  readonly title: string
  /** One sentence: how the bill comes about. */
  readonly summary: string
  /** Snake-case, as in contracts' data. Strict: an unknown field may be a price. */
  readonly schema: Schema
  /** The lines of the month's bill. Pure, total, and never throws for a valid term. */
  readonly lines: (term: z.output<Schema>, month: MonthUsage) => Priced
  /** The most images an hour that the contract lets through, where it limits them. */
  readonly imagesPerHour?: (term: z.output<Schema>) => string
  readonly example: TermExample<z.output<Schema>>
}

/** Declares a term; gives it its type and nothing else. */
export const defineTerm = <Schema extends TermSchema>(
  definition: TermDefinition<Schema>,
): TermDefinition<Schema> => definition
