import { copyBits, type PictureLook } from '../core/quality/measures/picture-look.ts'
import type { ImageRequest, InputImage } from '../core/request/image-request.ts'
import type { Instant } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'
import type { KnownUpload, UploadCursor } from '../ports/known-uploads.ts'
import type { Stores } from '../ports/stores.ts'
import { remember } from './remember.ts'
import type { LookingParts } from './same-pixels.ts'

/** Limits of what is kept in mind; a look takes about 4 kB. */
const limits = {
  /** Uploads of one tenant that a new one is compared with, in about a millisecond. */
  perOwner: 500,
  owners: 20,
  /** Uploads whose look is remembered, of whomever. */
  looks: 2_000,
  /** Rows read from the database at once, in about a millisecond, and pages for one request. */
  page: 50,
  pages: 20,
  /** Rows of other replicas may become visible later than rows that were made after them. */
  overlapMs: 10_000,
} as const

/** A request with other pictures than it has, which show the same. */
export interface StandIn {
  readonly request: ImageRequest
  /** Bits of 256 in which the picture differs most that another one stands for. */
  readonly bits: number
}

/** What knowing uploads again needs. */
export interface KnowingParts extends LookingParts {
  readonly stores: Pick<Stores, 'knownUploads'>
  readonly clock: Clock
}

/** Uploads of one owner. */
interface OwnLooks {
  /** By the name that cache keys have for them. */
  readonly looks: Map<string, PictureLook>
  /** Up to where the database was read. */
  readAfter: UploadCursor
}

/**
 * Remembers what uploads look like, to know a photo again that was compressed or scaled on its way.
 * Tenant by tenant: an upload nobody remembers is a new one. The truth lies in the database, for
 * all replicas and the next start; while it is away, each process knows what it saw itself. Masks
 * are never known by their looks.
 */
export class KnownInputs {
  readonly #looks = new Map<string, Promise<PictureLook | undefined>>()
  readonly #owners = new Map<string, OwnLooks>()

  /**
   * The request with known uploads in the place of those that are copies of them; undefined when
   * none is. All its uploads are known from now on.
   * @param named the same request whose inputs are named by their pixels.
   */
  async standIn(
    request: ImageRequest,
    { named, owner }: { readonly named: ImageRequest; readonly owner: string },
    deps: KnowingParts,
  ): Promise<StandIn | undefined> {
    if (request.images.length === 0) return undefined
    const known = await this.#knownOf(owner, deps)
    let most: number | undefined
    const images = await Promise.all(
      request.images.map(async (upload, index) => {
        const own = named.images[index] ?? upload
        const look = await this.#lookOf(upload, deps)
        if (look === undefined) return own
        const found = nearest(look, { own: own.digest, known })
        if (!known.has(own.digest)) keep({ owner, name: own.digest, look }, deps)
        remember(known, limits.perOwner, own.digest, look)
        if (found === undefined) return own
        most = Math.max(most ?? 0, found.bits)
        return { ...own, digest: found.name }
      }),
    )
    return most === undefined ? undefined : { request: { ...named, images }, bits: most }
  }

  /** Forgets, for all processes, uploads that were last seen before an instant, or are too many. */
  async purge(before: Instant, { stores }: Pick<KnowingParts, 'stores'>): Promise<void> {
    await stores.knownUploads.purge({ kept: limits.perOwner, before, limit: limits.looks })
  }

  /** What an owner's uploads look like, with those that others have seen meanwhile. */
  async #knownOf(owner: string, { stores, log }: KnowingParts): Promise<Map<string, PictureLook>> {
    const first = { looks: new Map<string, PictureLook>(), readAfter: { seenAt: 0, name: '' } }
    const own = this.#owners.get(owner) ?? first
    remember(this.#owners, limits.owners, owner, own)
    try {
      const seenAt = Math.max(0, own.readAfter.seenAt - limits.overlapMs)
      let after: UploadCursor = { seenAt, name: '' }
      for (let page = 0; page < limits.pages; page += 1) {
        const found = await stores.knownUploads.list({ owner, after, limit: limits.page })
        for (const { name, look } of found) remember(own.looks, limits.perOwner, name, look)
        const last = found.at(-1)
        if (last === undefined) break
        after = { seenAt: last.seenAt, name: last.name }
        own.readAfter = after
        if (found.length < limits.page) break
      }
    } catch (error) {
      log.warn({ error }, 'uploads of others not known')
    }
    return own.looks
  }

  #lookOf(upload: InputImage, deps: LookingParts): Promise<PictureLook | undefined> {
    const { digest } = upload
    const known = this.#looks.get(digest)
    if (known !== undefined) return known
    const looking = look(digest, deps).catch((error: unknown) => {
      this.#looks.delete(digest)
      deps.log.debug({ error, digest }, 'input not known by its look')
      return undefined
    })
    remember(this.#looks, limits.looks, digest, looking)
    return looking
  }
}

/** Writes down what an upload looks like; nobody waits for it. */
function keep(upload: Omit<KnownUpload, 'seenAt'>, { stores, clock, log }: KnowingParts): void {
  stores.knownUploads.put({ ...upload, seenAt: clock.now() }).catch((error: unknown) => {
    log.warn({ error }, 'an upload is known to this process alone')
  })
}

async function look(digest: string, { images, decoder }: LookingParts) {
  const bytes = await images.get(digest)
  return bytes === undefined ? undefined : decoder.look(bytes)
}

/** Another upload that a picture is a copy of, and that has at least as many pixels. */
function nearest(
  look: PictureLook,
  { own, known }: { readonly own: string; readonly known: ReadonlyMap<string, PictureLook> },
) {
  let best: { readonly name: string; readonly bits: number } | undefined
  for (const [name, other] of known) {
    if (name === own) continue
    if (other.size.width < look.size.width || other.size.height < look.size.height) continue
    const bits = copyBits(look, other)
    if (bits !== undefined && bits < (best?.bits ?? Number.POSITIVE_INFINITY)) best = { name, bits }
  }
  return best
}
