import type { Draw } from './seeded.ts'

/** Red, green and blue from 0 to 255; written in place, because a picture has a million of them. */
export type Color = [red: number, green: number, blue: number]

/** Colours that go together, from dark to light, and one that stands out. */
export interface Palette {
  readonly deep: Color
  readonly shade: Color
  readonly middle: Color
  readonly light: Color
  readonly pale: Color
  readonly accent: Color
  readonly isNight: boolean
}

const toChannel = (linear: number): number => {
  const clipped = Math.min(1, Math.max(0, linear))
  const gamma = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055
  return 255 * gamma
}

/**
 * The sRGB colour of a lightness (0–1), a colourfulness (0–0.3) and a hue (turns) in OKLCH, where
 * equal steps look equal. Matrices: Björn Ottosson, "A perceptual color space", 2020-12-23.
 */
function oklch(lightness: number, chroma: number, hueTurns: number): Color {
  const a = chroma * Math.cos(2 * Math.PI * hueTurns)
  const b = chroma * Math.sin(2 * Math.PI * hueTurns)
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    toChannel(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    toChannel(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    toChannel(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ]
}

/** A palette from a random source: neighbouring hues, and an accent across the colour wheel. */
export function makePalette(random: Draw): Palette {
  const hue = random()
  const drift = (random() < 0.5 ? -1 : 1) * (0.06 + 0.1 * random())
  const accentHue = hue + 0.4 + 0.25 * random()
  const isNight = random() < 0.35
  const chroma = 0.09 + 0.05 * random()
  return {
    deep: oklch(0.27, chroma * 0.6, hue),
    shade: oklch(0.42, chroma, hue + drift * 0.4),
    middle: oklch(0.6, chroma * 1.15, hue + drift * 0.8),
    light: oklch(0.78, chroma, hue + drift * 1.2),
    pale: oklch(0.94, chroma * 0.35, hue + drift * 1.6),
    accent: oklch(0.75, 0.17, accentHue),
    isNight,
  }
}

/** Moves a colour towards another by a share from 0 to 1, in place. */
export function blend(color: Color, other: Color, share: number): void {
  color[0] += (other[0] - color[0]) * share
  color[1] += (other[1] - color[1]) * share
  color[2] += (other[2] - color[2]) * share
}

/** A colour between two; share 0 is the first. */
export function mixed(from: Color, to: Color, share: number): Color {
  const result: Color = [...from]
  blend(result, to, share)
  return result
}

/** Overwrites a colour with another. */
export function assign(color: Color, other: Color): void {
  color[0] = other[0]
  color[1] = other[1]
  color[2] = other[2]
}
