import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { Dependencies } from './dependencies.ts'
import { adaptCached, findAlike } from './find-alike.ts'
import { isWorthIt } from './is-worth-it.ts'
import type { CacheHit, Run } from './run.ts'

/** Numbers from 0 to 1 that four bytes give. */
const ALL_NUMBERS = 2 ** 32

/** Pictures for prompts that are near. */
export interface FoundNear {
  readonly hits: readonly CacheHit[]
  /** The first one, when it is to be compared with a new picture instead of being served. */
  readonly check?: CacheHit
}

/**
 * Looks for pictures of prompts that mean the same, where that is switched on and worth its risk.
 * @param take picks those that may be shown, as many as are missing.
 */
export async function findNear(
  run: Run,
  take: (images: readonly ImageRecord[]) => Promise<readonly ImageRecord[]>,
  deps: Dependencies,
): Promise<FoundNear> {
  const { partition, request } = run
  const { similarity: desk } = deps
  // Whoever names a seed wants exactly that picture.
  if (desk === undefined || partition === undefined || request.seed !== undefined) {
    return { hits: [] }
  }
  const near = await desk.near(partition, request.prompt, thresholdOf(run, deps))
  if (near.length === 0 || !isWorthIt(1 - desk.rule.maxWrong, run, deps)) return { hits: [] }
  for (const { key, ...matched } of near) {
    if (key === run.reuseKey) continue
    const hits: CacheHit[] = []
    for (const record of await take(await findAlike(run, key, deps))) {
      const hit = await adaptCached(record, run, deps, { tier: 'semantic', matched })
      if (hit !== undefined) hits.push(hit)
    }
    const [first] = hits
    if (first === undefined) continue
    const isChecked = request.cache !== 'only' && chance(deps) < desk.rule.verify
    return isChecked ? { hits: [], check: first } : { hits }
  }
  return { hits: [] }
}

/** A purpose and a request make it stricter, each for itself. */
const thresholdOf = ({ request }: Run, { purposes }: Dependencies): number =>
  Math.max(request.cacheThreshold ?? 0, purposes.of(request.purpose).cacheThreshold ?? 0)

const chance = ({ random }: Dependencies): number => {
  const bytes = random.bytes(4)
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / ALL_NUMBERS
}
