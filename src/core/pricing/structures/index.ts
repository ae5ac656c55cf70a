import { z } from 'zod'
import type { Priced, Rater, StructureExample } from '../structure.ts'
import type { Usage } from '../usage.ts'
import { areaScaled } from './area-scaled.ts'
import { credits } from './credits.ts'
import { creditsPack } from './credits-pack.ts'
import { firstPlusExtraMp } from './first-plus-extra-mp.ts'
import { gpuHourOwned } from './gpu-hour-owned.ts'
import { gpuHourSelfhost } from './gpu-hour-selfhost.ts'
import { gpuSecond } from './gpu-second.ts'
import { maskArea } from './mask-area.ts'
import { maskBbox } from './mask-bbox.ts'
import { matrix } from './matrix.ts'
import { operationTable } from './operation-table.ts'
import { perImage } from './per-image.ts'
import { perMegapixel } from './per-megapixel.ts'
import { perPixel } from './per-pixel.ts'
import { perStepAffine } from './per-step-affine.ts'
import { perStepLinear } from './per-step-linear.ts'
import { perStepTable } from './per-step-table.ts'
import { perStepTier } from './per-step-tier.ts'
import { tokenPerPixel } from './token-per-pixel.ts'
import { tokens } from './tokens.ts'
import { upscaleFlat } from './upscale-flat.ts'
import { upscalePer2xStep } from './upscale-per-2x-step.ts'
import { upscalePerOutputMp } from './upscale-per-output-mp.ts'
import { videoMegapixelSecond } from './video-megapixel-second.ts'
import { videoSecond } from './video-second.ts'
import { videoSecondMatrix } from './video-second-matrix.ts'
import { videoTokens } from './video-tokens.ts'

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
  per_step_linear: perStepLinear,
  per_step_affine: perStepAffine,
  per_step_table: perStepTable,
  per_step_tier: perStepTier,
  per_megapixel: perMegapixel,
  first_plus_extra_mp: firstPlusExtraMp,
  per_pixel: perPixel,
  token_per_pixel: tokenPerPixel,
  area_scaled: areaScaled,
  gpu_second: gpuSecond,
  gpu_hour_selfhost: gpuHourSelfhost,
  gpu_hour_owned: gpuHourOwned,
  operation_table: operationTable,
  mask_area: maskArea,
  mask_bbox: maskBbox,
  upscale_flat: upscaleFlat,
  upscale_per_output_mp: upscalePerOutputMp,
  upscale_per_2x_step: upscalePer2xStep,
  video_second: videoSecond,
  video_second_matrix: videoSecondMatrix,
  video_tokens: videoTokens,
  video_megapixel_second: videoMegapixelSecond,
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
