import type { Lab } from './lab.ts'

const DEGREE = Math.PI / 180
/** 25⁷, from the formula's correction of chroma. */
const CHROMA_BEND = 6_103_515_625

/**
 * How different two colours look: CIEDE2000 (Sharma, Wu and Dalal 2005), with all weights 1.
 * 1 is just noticeable side by side, 5 is another shade, 20 another colour.
 * @example colourDifference([50, 2.5, 0], [50, 0, -2.5]) // 4.3065
 */
export function colourDifference(one: Lab, other: Lab): number {
  const stretch = chromaStretch((Math.hypot(one[1], one[2]) + Math.hypot(other[1], other[2])) / 2)
  const first = polarOf(one, stretch)
  const second = polarOf(other, stretch)
  const isGrey = first.chroma * second.chroma === 0
  const turn = isGrey ? 0 : shortWay(second.hue - first.hue)
  const lightness = (other[0] - one[0]) / lightnessWeight((one[0] + other[0]) / 2)
  const meanChroma = (first.chroma + second.chroma) / 2
  const chromaWeight = 1 + 0.045 * meanChroma
  const chroma = (second.chroma - first.chroma) / chromaWeight
  const meanHue = isGrey ? first.hue + second.hue : middleHue(first.hue, second.hue)
  const hue =
    (2 * Math.sqrt(first.chroma * second.chroma) * Math.sin((turn / 2) * DEGREE)) /
    (1 + 0.015 * meanChroma * hueShape(meanHue))
  const rotation = -Math.sin(2 * blueTurn(meanHue) * DEGREE) * 2 * chromaShare(meanChroma)
  return Math.sqrt(lightness ** 2 + chroma ** 2 + hue ** 2 + rotation * chroma * hue)
}

/** Chroma and hue in degrees, 0 to 360, after greys were pulled apart along the red axis. */
function polarOf([, a, b]: Lab, stretch: number): { chroma: number; hue: number } {
  const red = a * stretch
  const degrees = Math.atan2(b, red) / DEGREE
  return { chroma: Math.hypot(red, b), hue: degrees < 0 ? degrees + 360 : degrees }
}

const chromaShare = (chroma: number): number => Math.sqrt(chroma ** 7 / (chroma ** 7 + CHROMA_BEND))

const chromaStretch = (meanChroma: number): number => 1 + 0.5 * (1 - chromaShare(meanChroma))

const lightnessWeight = (mean: number): number => {
  const fromMiddle = (mean - 50) ** 2
  return 1 + (0.015 * fromMiddle) / Math.sqrt(20 + fromMiddle)
}

/** The same angle, from -180 to 180. */
const shortWay = (degrees: number): number => {
  if (degrees > 180) return degrees - 360
  return degrees < -180 ? degrees + 360 : degrees
}

/** Middle of two hues on the shorter side of the circle. */
const middleHue = (one: number, other: number): number => {
  const sum = one + other
  if (Math.abs(one - other) <= 180) return sum / 2
  return sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2
}

const hueShape = (hue: number): number =>
  1 -
  0.17 * Math.cos((hue - 30) * DEGREE) +
  0.24 * Math.cos(2 * hue * DEGREE) +
  0.32 * Math.cos((3 * hue + 6) * DEGREE) -
  0.2 * Math.cos((4 * hue - 63) * DEGREE)

/** The formula's bend of blues, in degrees. */
const blueTurn = (hue: number): number => 30 * Math.exp(-(((hue - 275) / 25) ** 2))
