import type { Quality, Size } from '../../../core/request/image-request.ts'

/** Parts along the longer edge per quality (community.openai.com/t/1382699, read 2026-11-20). */
const GRID: { readonly [Level in Quality]?: number } = { low: 16, medium: 48, high: 96 }

/**
 * Output tokens of one gpt-image-2 picture, as OpenAI's own calculator counts them (decoded in
 * community.openai.com/t/1382699, read 2026-11-20; agrees with every published count). A wide
 * picture can be cheaper than a square one, because the shape decides the number of parts.
 * Undefined for `xhigh` and `max`, whose counts are not published.
 *
 * @example gptImage2Tokens('high', { width: 1024, height: 1024 }) // 7024
 */
export function gptImage2Tokens(quality: Quality, size: Size): number | undefined {
  const grid = GRID[quality]
  if (grid === undefined) return undefined
  const longer = Math.max(size.width, size.height)
  const shorter = Math.min(size.width, size.height)
  const across = Math.floor((2 * grid * shorter + longer) / (2 * longer))
  return Math.ceil((grid * across * (2_000_000 + size.width * size.height)) / 4_000_000)
}
