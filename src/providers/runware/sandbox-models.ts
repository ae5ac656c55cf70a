/** A model as the emulator has it. */
export interface EmulatedModel {
  /** What a picture of 1024x1024 at the usual steps costs, in ten-thousandths of a dollar. */
  readonly units: number
  readonly steps: number
  readonly seconds: number
  readonly inputs?: 'referenceImages' | 'seedImage'
  readonly isInputNeeded?: true
  /** The task that it does, where it is another one than inference. */
  readonly task?: 'upscale' | 'removeBackground'
  /** Times the edges of the input, for one that enlarges. */
  readonly factors?: readonly number[]
  /** Whether it takes words and a seed, in `settings`. */
  readonly hasSettings?: true
  /** The format unless one is asked for; JPG where there is none. */
  readonly format?: 'PNG'
}

const enlarging = { task: 'upscale', steps: 1 } as const
const cutting = { task: 'removeBackground', steps: 1, format: 'PNG', seconds: 2 } as const

/**
 * Models by their names on the wire. Costs are written down a second time and not read from
 * `prices.json` (averages that a reseller observed, 2026-02-11); steps and speeds are
 * the emulator's own.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  'runware:100@1': { units: 13, steps: 4, seconds: 2 },
  'runware:101@1': { units: 38, steps: 28, seconds: 5 },
  'runware:400@1': { units: 90, steps: 28, seconds: 9, inputs: 'referenceImages' },
  'runware:400@4': { units: 6, steps: 4, seconds: 2, inputs: 'referenceImages' },
  'runware:400@2': { units: 8, steps: 4, seconds: 3, inputs: 'referenceImages' },
  'civitai:101055@128078': { units: 19, steps: 20, seconds: 4 },
  'runware:5@1': { units: 19, steps: 28, seconds: 4, inputs: 'seedImage' },
  'runware:106@1': {
    units: 105,
    steps: 28,
    seconds: 8,
    inputs: 'referenceImages',
    isInputNeeded: true,
  },
  'runware:108@1': { units: 70, steps: 20, seconds: 8 },
  'runware:z-image@turbo': { units: 13, steps: 8, seconds: 3 },
  'runware:500@1': { ...enlarging, units: 38, seconds: 12, factors: [2], hasSettings: true },
  'runware:501@1': { ...enlarging, units: 83, seconds: 15, factors: [2], hasSettings: true },
  'runware:503@1': { ...enlarging, units: 40, seconds: 6, factors: [2, 4] },
  'runware:504@1': { ...enlarging, units: 13, seconds: 4, factors: [2, 4] },
  'runware:110@1': { ...cutting, units: 6 },
  'runware:112@5': { ...cutting, units: 6 },
}
/** Ten-thousandths of a dollar in a dollar. */
export const UNITS_PER_DOLLAR = 10_000
/** Nano-dollars in one of them. */
export const NANO_PER_UNIT = 100_000n

const BASE_PIXELS = 1_024 * 1_024
const ENLARGED_PIXELS = 2_048 * 2_048

/**
 * What one picture costs, in units: in proportion to pixels and steps, and up to a tenth more, as
 * measured time differs from run to run.
 */
export function unitsOf(
  model: EmulatedModel,
  {
    width,
    height,
    steps,
  }: { readonly width: number; readonly height: number; readonly steps: number },
  luck: number,
): number {
  const basePixels = model.task === 'upscale' ? ENLARGED_PIXELS : BASE_PIXELS
  const effort = ((width * height) / basePixels) * (steps / model.steps)
  return Math.max(1, Math.ceil(model.units * effort * (1 + (luck % 101) / 1_000)))
}
