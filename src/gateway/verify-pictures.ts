import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { Dependencies } from './dependencies.ts'

/** What is wrong with a stored picture. */
export interface PictureFault {
  readonly imageId: string
  readonly digest: string
  /**
   * No bytes; other bytes than the name says; bytes of a picture that was removed; sound bytes of
   * one that is known as lost.
   */
  readonly fault: 'missing' | 'corrupt' | 'left_over' | 'found'
  /** What was done about it. */
  readonly repaired?: 'lost' | 'forgotten' | 'deleted' | 'restored'
}

/** What a look at all pictures came to. */
export interface VerifiedPictures {
  readonly contents: number
  /** Pictures that an earlier look found lost, and that still are. */
  readonly lost: number
}

type Parts = Pick<Dependencies, 'stores' | 'images' | 'sha256'>

/** Pictures read from the database at once. */
const PAGE = 200

/**
 * Reads every stored picture again and compares its hash with its name. With `repairs`, a picture
 * that is missing or broken is marked as lost: it leaves the cache, so that it is made anew when it
 * is asked for, its link says so, and the next look knows. Broken bytes, and those that no record
 * needs, go.
 * @param onFault told of each as it is found.
 */
export async function verifyPictures(
  { repairs, onFault }: { readonly repairs: boolean; onFault(fault: PictureFault): void },
  deps: Parts,
): Promise<VerifiedPictures> {
  let after = ''
  let contents = 0
  let lost = 0
  for (;;) {
    const page = await deps.stores.kept.list({ after, limit: PAGE })
    const last = page.at(-1)
    if (last === undefined) return { contents, lost }
    for (const image of page) {
      // The original of a lost picture is no picture of its own.
      const others = image.state === 'lost' ? [] : [image.originalDigest]
      for (const digest of new Set([image.digest, ...others])) {
        contents += 1
        const fault = await faultOf(image, digest, deps)
        if (fault === 'known') lost += 1
        if (fault === undefined || fault === 'known') continue
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
  { images, sha256 }: Parts,
): Promise<PictureFault['fault'] | 'known' | undefined> {
  // A store may refuse what it finds broken: to us that is the same.
  const bytes = await images.get(digest).catch(() => 'broken' as const)
  const isSound = bytes !== undefined && bytes !== 'broken' && sha256(bytes) === digest
  if (state === 'lost') return isSound ? 'found' : 'known'
  if (bytes === undefined) return state === 'removed' ? undefined : 'missing'
  if (state === 'removed' && bytes !== 'broken') return 'left_over'
  return isSound ? undefined : 'corrupt'
}

async function repair(
  image: ImageRecord,
  digest: string,
  fault: PictureFault['fault'],
  { stores: { kept }, images }: Parts,
): Promise<PictureFault['repaired']> {
  if (fault === 'found') {
    await kept.markFound(image.id)
    return 'restored'
  }
  if (fault === 'left_over') {
    // Asked again, because another picture may have the same content.
    const free = await kept.remove([image.id])
    if (!free.includes(digest)) return undefined
    await images.remove(digest)
    return 'deleted'
  }
  if (fault === 'corrupt') await images.remove(digest)
  if (digest !== image.digest) {
    await kept.forgetOriginal(image.id)
    return 'forgotten'
  }
  await kept.markLost(image.id)
  return image.state === 'stored' ? undefined : 'lost'
}
