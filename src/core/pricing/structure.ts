import type { z } from 'zod'
import type { Result } from '../result.ts'
import type { ChargeLine } from './charge.ts'
import type { UnpriceableReason } from './unpriceable.ts'
import type { Usage } from './usage.ts'

/** The lines one component adds to a charge, or why it cannot be priced. */
export type Priced = Result<readonly ChargeLine[], UnpriceableReason>

/** Prices one component of a price row. Pure, total, and never throws for a valid component. */
export type Rater<Component> = (component: Component, usage: Usage) => Priced

/** A worked example with real figures: rendered into the documentation and executed by a test. */
export interface StructureExample<Component> {
  /** What is bought, in words. */
  readonly title: string
  readonly component: Component
  readonly usage: Usage
  /** The expected total, an exact decimal number of dollars. */
  readonly usd: string
  /** Who published the figures, and when they were read. */
  readonly source: string
}

/** The schema of a component: an object told apart by its `kind`. */
type ComponentSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>

/** One way to charge: the file of a structure exports exactly one of these. */
export interface Structure<Schema extends ComponentSchema = ComponentSchema> {
  readonly title: string
  /** One sentence: how the amount comes about. */
  readonly summary: string
  /** Snake-case, as in price books. Strict: an unknown field may be a price. */
  readonly schema: Schema
  readonly rate: Rater<z.output<Schema>>
  readonly example: StructureExample<z.output<Schema>>
}

/** Declares a structure; gives it its type and nothing else. */
export const defineStructure = <Schema extends ComponentSchema>(
  structure: Structure<Schema>,
): Structure<Schema> => structure
