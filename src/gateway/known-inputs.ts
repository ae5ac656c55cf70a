import { copyBits, type PictureLook } from '../core/quality/measures/picture-look.ts'
import type { ImageRequest, InputImage } from '../core/request/image-request.ts'
import { remember } from './remember.ts'
import type { LookingParts } from './same-pixels.ts'

/** Limits of what is kept in mind; a look takes about 4 kB. */
const limits = {
  /** Uploads of one tenant that a new one is compared with, in about a millisecond. */
  perOwner: 500,
  owners: 20,
  /** Uploads whose look is remembered, of whomever. */
  looks: 2_000,
} as const

/** A request with other pictures than it has, which show the same. */
export interface StandIn {
  readonly request: ImageRequest
  /** Bits of 256 in which the picture differs most that another one stands for. */
  readonly bits: number
}

/**
 * Remembers what uploads look like, to know a photo again that was compressed or scaled on its way.
 * In this process alone, tenant by tenant: an upload nobody remembers is a new one. Masks are never
 * known by their looks.
 */
export class KnownInputs {
  readonly #looks = new Map<string, Promise<PictureLook | undefined>>()
  /** By owner, the looks of uploads by the name that cache keys have for them. */
  readonly #owners = new Map<string, Map<string, PictureLook>>()

  /**
   * The request with known uploads in the place of those that are copies of them; undefined when
   * none is. All its uploads are known from now on.
   * @param named the same request whose inputs are named by their pixels.
   */
  async standIn(
    request: ImageRequest,
    { named, owner }: { readonly named: ImageRequest; readonly owner: string },
    deps: LookingParts,
  ): Promise<StandIn | undefined> {
    if (request.images.length === 0) return undefined
    const known = this.#owners.get(owner) ?? new Map<string, PictureLook>()
    remember(this.#owners, limits.owners, owner, known)
    let most: number | undefined
    const images = await Promise.all(
      request.images.map(async (upload, index) => {
        const own = named.images[index] ?? upload
        const look = await this.#lookOf(upload, deps)
        if (look === undefined) return own
        const found = nearest(look, { own: own.digest, known })
        remember(known, limits.perOwner, own.digest, look)
        if (found === undefined) return own
        most = Math.max(most ?? 0, found.bits)
        return { ...own, digest: found.name }
      }),
    )
    return most === undefined ? undefined : { request: { ...named, images }, bits: most }
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
