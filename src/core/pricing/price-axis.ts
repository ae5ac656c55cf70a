import { ok, type Result, refused } from '../result.ts'
import { type UnpriceableReason, unpriceable } from './unpriceable.ts'

/** What a price table can be ordered by. */
export const priceAxes = ['quality', 'size', 'resolution'] as const
/** See {@link priceAxes}. */
export type PriceAxis = (typeof priceAxes)[number]

/**
 * Effort levels from cheap to dear. `standard` and `hd` are DALL-E 3's words for what later
 * models call medium and high; a table uses one vocabulary or the other.
 */
const qualityRanks: Readonly<Record<string, number>> = {
  low: 0,
  standard: 1,
  medium: 1,
  high: 2,
  hd: 2,
  xhigh: 3,
  max: 4,
}

const SIZE_PATTERN = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/
const RESOLUTION_PATTERN = /^(\d+(?:\.\d+)?)(k?)(?:sq)?$/i

interface Edges {
  readonly width: number
  readonly height: number
}

/** How dear a name on an axis is supposed to be; undefined when the name means nothing there. */
function rankOf(axis: PriceAxis, name: string): number | undefined {
  if (axis === 'quality') return Object.hasOwn(qualityRanks, name) ? qualityRanks[name] : undefined
  if (axis === 'size') {
    const edges = edgesOf(name)
    return edges && edges.width * edges.height
  }
  const match = RESOLUTION_PATTERN.exec(name)
  return match ? Number(match[1]) * (match[2] === '' ? 1 : 1024) : undefined
}

/**
 * What is wrong with the names of one axis of a price table, in words; empty when nothing is.
 * Two names of one rank would leave it to chance which price a name between them maps to; sizes
 * are exempt, because one area has two orientations.
 */
export function flawsOfAxis(axis: PriceAxis, names: readonly string[]): string[] {
  const flaws: string[] = names.length === 0 ? [`no ${axis} is listed`] : []
  const seen = new Map<number, string>()
  for (const name of names) {
    const rank = rankOf(axis, name)
    if (rank === undefined) {
      flaws.push(`${JSON.stringify(name)} is no ${axis}`)
      continue
    }
    const twin = seen.get(rank)
    if (twin !== undefined && axis !== 'size') flaws.push(`${twin} and ${name} are one ${axis}`)
    seen.set(rank, name)
  }
  return flaws
}

/**
 * The listed name whose price holds for the wanted one: itself, else the next larger. Never the
 * next smaller, and nothing in between: providers bill the cell they list, not our interpolation.
 */
export function listedFor(
  axis: PriceAxis,
  listed: readonly string[],
  wanted: string,
): Result<string, UnpriceableReason> {
  if (listed.includes(wanted)) return ok(wanted)
  const rank = rankOf(axis, wanted)
  if (rank === undefined) {
    return refused(unpriceable('not_listed', axis, `no price is listed for ${axis} ${wanted}`))
  }
  const next = axis === 'size' ? nextSize(listed, wanted) : nextRank(axis, listed, rank)
  if (next !== undefined) return ok(next)
  const text = `${axis} ${wanted} is above the largest that has a price`
  return refused(unpriceable('above_largest', axis, text))
}

function nextRank(axis: PriceAxis, listed: readonly string[], rank: number): string | undefined {
  let best: { readonly name: string; readonly rank: number } | undefined
  for (const name of listed) {
    const candidate = rankOf(axis, name)
    if (candidate === undefined || candidate < rank) continue
    if (best === undefined || candidate < best.rank) best = { name, rank: candidate }
  }
  return best?.name
}

/**
 * The smallest listed size that contains the wanted one. A size that contains it only when turned
 * counts too (tables name one orientation and mean both), but the upright one wins at equal area.
 */
function nextSize(listed: readonly string[], wanted: string): string | undefined {
  const inner = edgesOf(wanted)
  if (inner === undefined) return undefined
  let best:
    | { readonly name: string; readonly area: number; readonly isUpright: boolean }
    | undefined
  for (const name of listed) {
    const outer = edgesOf(name)
    if (outer === undefined) continue
    const isUpright = contains(outer, inner)
    if (!isUpright && !contains({ width: outer.height, height: outer.width }, inner)) continue
    const area = outer.width * outer.height
    const isBetter =
      best === undefined || area < best.area || (area === best.area && isUpright && !best.isUpright)
    if (isBetter) best = { name, area, isUpright }
  }
  return best?.name
}

const contains = (outer: Edges, inner: Edges): boolean =>
  outer.width >= inner.width && outer.height >= inner.height

function edgesOf(size: string): Edges | undefined {
  const match = SIZE_PATTERN.exec(size)
  return match ? { width: Number(match[1]), height: Number(match[2]) } : undefined
}
