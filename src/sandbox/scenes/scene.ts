import type { Color, Palette } from '../palette.ts'
import type { Draw } from '../seeded.ts'

/** The stage of a scene. A picture's shorter edge is 1 unit long, so shapes keep their form. */
export interface Stage {
  readonly width: number
  readonly height: number
  /** Edge of one computed pixel in units: edges are softened over it. */
  readonly pixel: number
  readonly palette: Palette
  readonly random: Draw
}

/** Colours one point, given in units from the upper left corner, in place. */
export type Shader = (x: number, y: number, color: Color) => void

/** Decides everything random once and gives back what colours each point. */
export type Scene = (stage: Stage) => Shader

/** 0 below the first edge, 1 above the second, smooth between. */
export function smoothstep(low: number, high: number, value: number): number {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)))
  return share * share * (3 - 2 * share)
}

/** Length of a vector; `Math.hypot` guards against overflow and is ten times slower. */
export const length = (x: number, y: number): number => Math.sqrt(x * x + y * y)

/** How much of a pixel lies inside a shape, from the signed distance to its edge. */
export const inside = (distance: number, pixel: number): number =>
  Math.min(1, Math.max(0, 0.5 - distance / pixel))

/** A smooth random curve through one dimension: sums of sines with random phases, about -1 to 1. */
export function makeCurve(random: Draw, frequency: number, octaves: number) {
  const waves = Array.from({ length: octaves }, (_, octave) => ({
    frequency: frequency * 2 ** octave * (0.8 + 0.4 * random()),
    phase: 2 * Math.PI * random(),
    height: 0.55 * 0.5 ** octave,
  }))
  return (position: number): number =>
    waves.reduce(
      (sum, wave) => sum + wave.height * Math.sin(wave.frequency * position + wave.phase),
      0,
    )
}
