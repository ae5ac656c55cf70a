import { ok, type Result, refused } from '../result.ts'
import { type UnpriceableReason, unpriceable } from './unpriceable.ts'

const LINES_PATTERN = /^(\d{2,5})p$/
const K_PATTERN = /^([1-9])k$/

/** Lines of the names that say none: 16:9 television formats. */
const NAMED_LINES: Readonly<Record<string, number>> = { hd: 720, fhd: 1080, qhd: 1440, uhd: 2160 }
/** Lines of one k: 4k has 2,160, and the others are in proportion. */
const LINES_PER_K = 540

/** Lines of a video's resolution (`720p`, `4k`, `fhd`); undefined when the name means nothing. */
export function videoLinesOf(name: string): number | undefined {
  const lower = name.toLowerCase()
  if (Object.hasOwn(NAMED_LINES, lower)) return NAMED_LINES[lower]
  const lines = LINES_PATTERN.exec(lower)
  if (lines !== null) return Number(lines[1])
  const thousands = K_PATTERN.exec(lower)
  return thousands === null ? undefined : Number(thousands[1]) * LINES_PER_K
}

/** The listed resolution whose price holds for the wanted one: itself, else the next larger. */
export function nextVideoResolution(
  listed: readonly string[],
  wanted: string,
): Result<string, UnpriceableReason> {
  const lines = videoLinesOf(wanted)
  if (lines === undefined) {
    const text = `no price is listed for resolution ${wanted}`
    return refused(unpriceable('not_listed', 'resolution', text))
  }
  let best: { readonly name: string; readonly lines: number } | undefined
  for (const name of listed) {
    const candidate = videoLinesOf(name)
    if (candidate === undefined || candidate < lines) continue
    if (best === undefined || candidate < best.lines) best = { name, lines: candidate }
  }
  if (best !== undefined) return ok(best.name)
  const text = `resolution ${wanted} is above the largest that has a price`
  return refused(unpriceable('above_largest', 'resolution', text))
}
