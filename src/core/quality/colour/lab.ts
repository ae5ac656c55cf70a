/** A colour in CIE L*a*b* under daylight (D65): lightness, green to red, blue to yellow. */
export type Lab = readonly [lightness: number, greenRed: number, blueYellow: number]

/** Linear light of each 8-bit value (IEC 61966-2-1, sRGB). */
const linear = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
})

/** White of D65 for the standard observer of 2° (CIE 15:2004). */
const WHITE = [0.95047, 1, 1.08883] as const
/** Where the cube root gives way to a straight line: (6/29)³, with its slope (29/6)²/3. */
const BEND = 216 / 24_389
const SLOPE = 841 / 108

const curve = (share: number): number => (share > BEND ? Math.cbrt(share) : SLOPE * share + 4 / 29)

/** Turns sRGB, 0 to 255 a channel, into L*a*b*; fractions are rounded to the next 8-bit value. */
export function labOf(red: number, green: number, blue: number): Lab {
  const r = linear[Math.round(red)] ?? 0
  const g = linear[Math.round(green)] ?? 0
  const b = linear[Math.round(blue)] ?? 0
  const x = curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / WHITE[0])
  const y = curve((0.2126729 * r + 0.7151522 * g + 0.072175 * b) / WHITE[1])
  const z = curve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / WHITE[2])
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const HEX = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i

/** Reads `#0a84ff`; undefined for anything else. */
export function labFromHex(text: string): Lab | undefined {
  const [, red, green, blue] = HEX.exec(text) ?? []
  if (red === undefined || green === undefined || blue === undefined) return undefined
  return labOf(Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16))
}
