import { requestLimits } from '../request/limits.ts'

/**
 * Which pictures of an exact key may answer a request that named a seed: that of the seed first,
 * then that of the next one, as they were asked for when they were made. A gap ends the row, so
 * that what is still missing begins where it ended. Without a seed all may, in their order.
 */
export function inSeedOrder<Picture extends { readonly seed?: number }>(
  pictures: readonly Picture[],
  asked: { readonly seed?: number; readonly n: number },
): readonly Picture[] {
  const { seed, n } = asked
  if (seed === undefined) return pictures
  const row: Picture[] = []
  for (let index = 0; index < n; index += 1) {
    const wanted = (seed + index) % (requestLimits.maxSeed + 1)
    const found = pictures.find((picture) => picture.seed === wanted)
    if (found === undefined) break
    row.push(found)
  }
  // Models without seeds draw anew each time: any of their pictures is as good as another.
  return [...row, ...pictures.filter((picture) => picture.seed === undefined)]
}
