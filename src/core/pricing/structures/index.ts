import { z } from 'zod'
import type { Priced, Rater, StructureExample } from '../structure.ts'
import type { Usage } from '../usage.ts'
import { credits } from './credits.ts'
import { creditsPack } from './credits-pack.ts'
import { firstPlusExtraMp } from './first-plus-extra-mp.ts'
import { matrix } from './matrix.ts'
import { perImage } from './per-image.ts'
import { tokens } from './tokens.ts'

/**
 * Every price structure under its kind, and the one place that knows them all. A new structure is
 * one file and one entry here: schema, types, rating and documentation follow from the entry.
 */
const structures = {
  per_image: perImage,
  matrix,
  tokens,
  credits,
  credits_pack: creditsPack,
  first_plus_extra_mp: firstPlusExtraMp,
} as const

/** Names of all price structures. */
export type Kind = keyof typeof structures

/** A component of one kind; without a kind, any component. */
export type ComponentOf<K extends Kind = Kind> = {
  [P in K]: { readonly kind: P } & z.output<(typeof structures)[P]['schema']>
}[K]

/** One part of a price: a structure with its rates, as it stands in a price row. */
export type Component = ComponentOf

/** The kinds, in the order in which the documentation lists them. */
export const kinds = Object.keys(structures) as readonly Kind[]

/** Reads a component; unknown kinds and unknown fields are errors. */
export const componentSchema = z.discriminatedUnion(
  'kind',
  // Zod wants a non-empty tuple; a list made from a record is only an array to the type checker.
  kinds.map((kind) => structures[kind].schema) as unknown as readonly [
    (typeof structures)[Kind]['schema'],
  ],
)

/** The same record seen as one rater per kind: a kind without its rater does not compile. */
const raters: { readonly [K in Kind]: { readonly rate: Rater<ComponentOf<K>> } } = structures

/** Prices one component with the rater of its kind. */
export const rateComponent = <K extends Kind>(component: ComponentOf<K>, usage: Usage): Priced =>
  raters[component.kind].rate(component, usage)

/** A structure as the documentation shows it. */
export interface StructureDescription {
  readonly kind: Kind
  readonly title: string
  /** One sentence. */
  readonly summary: string
  readonly example: StructureExample<Component>
}

/** Every structure with its worked example, for the generated documentation. */
export const describeStructures = (): readonly StructureDescription[] =>
  kinds.map((kind) => {
    const { title, summary, example } = structures[kind]
    return { kind, title, summary, example }
  })
