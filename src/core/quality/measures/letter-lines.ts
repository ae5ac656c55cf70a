import type { Size } from '../../request/image-request.ts'

/** Grey values by which letters differ from what is around them. */
const FEWEST_GREY = 20
/** Pixels that the smallest letters are high, and the share of the picture that the largest are. */
const HEIGHT = { fewest: 10, mostShare: 0.2 } as const
/** Most that a letter, or two that touch, is wider than high, and the least of its box it fills. */
const MOST_WIDE = 2.5
const LEAST_FILLED = 0.08

/** A patch of connected pixels. */
interface Patch {
  left: number
  right: number
  top: number
  bottom: number
  pixels: number
}

/**
 * Leaves of a picture what looks like letters in a line, black on white: patches that are darker,
 * or lighter, than what is around them, of a letter's form, with another one beside them. A reader
 * finds words on a sign in the middle of a busy picture by that, whatever colours they have.
 * @param around the same picture, smoothed beyond the size of letters.
 */
export function letterLines(
  { width, height, values }: Size & { readonly values: Uint8Array },
  around: Uint8Array,
  kind: 'dark' | 'light',
): Uint8Array {
  const sign = kind === 'dark' ? -1 : 1
  const isInk = values.map((value, at) =>
    sign * (value - (around[at] ?? 0)) > FEWEST_GREY ? 1 : 0,
  )
  const { patches, labels } = patchesOf(isInk, { width, height })
  const letters = lettersIn(patches, { width, height })
  const lines = letters.filter((one) => letters.some((other) => isBeside(one, other)))
  const kept = new Set(lines)
  for (const patch of patches) if (lines.some((letter) => isMarkOf(patch, letter))) kept.add(patch)
  return Uint8Array.from(labels, (label) => {
    const patch = patches[label - 1]
    return patch !== undefined && kept.has(patch) ? 0 : 255
  })
}

/** Patches of a mask; labels count them from 1. */
function patchesOf(isInk: Uint8Array, { width, height }: Size) {
  const labels = new Uint32Array(isInk.length)
  const waiting = new Uint32Array(isInk.length)
  const patches: Patch[] = []
  for (let start = 0; start < isInk.length; start += 1) {
    if (isInk[start] === 0 || labels[start] !== 0) continue
    const patch: Patch = { left: width, right: 0, top: height, bottom: 0, pixels: 0 }
    patches.push(patch)
    let count = 1
    waiting[0] = start
    labels[start] = patches.length
    const visit = (next: number): void => {
      if (isInk[next] === 0 || labels[next] !== 0) return
      labels[next] = patches.length
      waiting[count] = next
      count += 1
    }
    while (count > 0) {
      count -= 1
      const at = waiting[count] ?? 0
      const x = at % width
      const y = (at - x) / width
      patch.pixels += 1
      patch.left = Math.min(patch.left, x)
      patch.right = Math.max(patch.right, x)
      patch.top = Math.min(patch.top, y)
      patch.bottom = Math.max(patch.bottom, y)
      if (x > 0) visit(at - 1)
      if (x < width - 1) visit(at + 1)
      if (y > 0) visit(at - width)
      if (y < height - 1) visit(at + width)
    }
  }
  return { patches, labels }
}

const highOf = ({ top, bottom }: Patch): number => bottom - top + 1
const wideOf = ({ left, right }: Patch): number => right - left + 1

/** Patches of a letter's form; what touches the border is cut off or a ground. */
function lettersIn(patches: readonly Patch[], { width, height }: Size): readonly Patch[] {
  return patches.filter((patch) => {
    const [wide, high] = [wideOf(patch), highOf(patch)]
    const isInside =
      patch.left > 0 && patch.top > 0 && patch.right < width - 1 && patch.bottom < height - 1
    const isHigh = high >= HEIGHT.fewest && high <= height * HEIGHT.mostShare
    return (
      isInside && isHigh && wide <= high * MOST_WIDE && patch.pixels > LEAST_FILLED * high * wide
    )
  })
}

/** Whether two letters may stand beside each other in a line. */
function isBeside(one: Patch, other: Patch): boolean {
  if (one === other) return false
  const [low, high] = [highOf(one), highOf(other)].toSorted((a, b) => a - b) as [number, number]
  const shared = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) + 1
  const gap = Math.max(one.left, other.left) - Math.min(one.right, other.right)
  return high <= 2 * low && shared >= 0.6 * low && gap <= 1.2 * high && gap >= -0.3 * low
}

/** Whether a patch may be the dot of an i, an accent, or a sign behind a word. */
function isMarkOf(patch: Patch, letter: Patch): boolean {
  const high = highOf(letter)
  const room = 0.6 * high
  return (
    highOf(patch) < high / 2 &&
    wideOf(patch) <= high &&
    patch.left >= letter.left - room &&
    patch.right <= letter.right + room &&
    patch.top >= letter.top - room &&
    patch.bottom <= letter.bottom + high / 2
  )
}
