/**
 * A stable unsigned 32-bit number from text: FNV-1a over UTF-16 (Fowler, Noll and Vo;
 * draft-eastlake-fnv-17, 2019). Kept vectors and running experiments depend on it.
 */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  // The low bits of short texts are poor; this spreads them.
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}
