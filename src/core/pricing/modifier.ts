import type { z } from 'zod'
import type { ChargeLine } from './charge.ts'
import type { Priced, StructureExample } from './structure.ts'
import type { Component } from './structures/index.ts'
import type { Usage } from './usage.ts'

/**
 * Changes what the components of a price charge: gets the lines so far and returns all lines. Pure,
 * total, and never throws for a valid modifier.
 */
export type Modify<Modifier> = (
  modifier: Modifier,
  usage: Usage,
  lines: readonly ChargeLine[],
) => Priced

/** A worked example with real figures: rendered into the documentation and executed by a test. */
export interface ModifierExample<Modifier> extends Omit<StructureExample<Component>, 'component'> {
  /** What the modifier is applied to. */
  readonly base: Component
  readonly modifier: Modifier
}

/** The schema of a modifier: an object told apart by its `kind`. */
type ModifierSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>

/** One thing that changes a price: the file of a modifier exports exactly one of these. */
export interface ModifierDefinition<Schema extends ModifierSchema = ModifierSchema> {
  readonly title: string
  /** One sentence: what becomes of the amount. */
  readonly summary: string
  /** Snake-case, as in price books. Strict: an unknown field may be a price. */
  readonly schema: Schema
  /** Service tiers that the modifier has a price for; none when it does not look at the tier. */
  readonly tiersOf?: (modifier: z.output<Schema>) => readonly string[]
  readonly modify: Modify<z.output<Schema>>
  readonly example: ModifierExample<z.output<Schema>>
}

/** Declares a modifier; gives it its type and nothing else. */
export const defineModifier = <Schema extends ModifierSchema>(
  definition: ModifierDefinition<Schema>,
): ModifierDefinition<Schema> => definition
