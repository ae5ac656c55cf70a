import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { Dependencies } from './dependencies.ts'

/** What is wrong with a stored picture. */
export interface PictureFault {
  readonly imageId: string
  readonly digest: string
  /** No bytes; other bytes than the name says; bytes of a picture that was removed. */
  readonly fault: 'missing' | 'corrupt' | 'left_over'
  /** What was done about it. */
  readonly repaired?: 'evicted' | 'deleted'
}

/** Pictures read from the database at once. */
const PAGE = 200

/**
 * Reads every stored picture again and compares its hash with its name. With `repairs`, what is
 * missing or broken leaves the cache, so that it is made anew when it is asked for; broken bytes,
 * and those that no record needs, go.
 * @param onFault told of each as it is found.
 * @returns how many contents were looked at.
 */
export async function verifyPictures(
  { repairs, onFault }: { readonly repairs: boolean; onFault(fault: PictureFault): void },
  deps: Pick<Dependencies, 'stores' | 'images' | 'sha256'>,
): Promise<number> {
  let after = ''
  let looked = 0
  for (;;) {
    const page = await deps.stores.kept.list({ after, limit: PAGE })
    const last = page.at(-1)
    if (last === undefined) return looked
    for (const image of page) {
      const digests = new Set([image.digest, image.originalDigest])
      for (const digest of digests) {
        looked += 1
        const fault = await faultOf(image, digest, deps)
        if (fault === undefined) continue
        const found = { imageId: image.id, digest, fault }
        const repaired = repairs ? await repair(image, digest, fault, deps) : undefined
        onFault({ ...found, ...(repaired === undefined ? {} : { repaired }) })
      }
    }
    after = last.id
  }
}

async function faultOf(
  { state }: ImageRecord,
  digest: string,
  { images, sha256 }: Pick<Dependencies, 'images' | 'sha256'>,
): Promise<PictureFault['fault'] | undefined> {
  // A store may refuse what it finds broken: to us that is the same.
  const bytes = await images.get(digest).catch(() => 'broken' as const)
  if (bytes === 'broken') return 'corrupt'
  if (state === 'removed') return bytes === undefined ? undefined : 'left_over'
  if (bytes === undefined) return 'missing'
  return sha256(bytes) === digest ? undefined : 'corrupt'
}

async function repair(
  image: ImageRecord,
  digest: string,
  fault: PictureFault['fault'],
  { stores, images }: Pick<Dependencies, 'stores' | 'images'>,
): Promise<PictureFault['repaired']> {
  if (fault === 'left_over') {
    // Asked again, because another picture may have the same content.
    const free = await stores.kept.remove([image.id])
    if (!free.includes(digest)) return undefined
    await images.remove(digest)
    return 'deleted'
  }
  await stores.kept.evictContent(digest)
  if (fault === 'corrupt') await images.remove(digest)
  return 'evicted'
}
