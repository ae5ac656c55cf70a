import { GatewayError } from '../core/errors/gateway-error.ts'
import { isId } from '../core/ids.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import type { ImageRequest, Reference, Warning } from '../core/request/image-request.ts'
import { requestLimits } from '../core/request/limits.ts'
import type { FindPicture } from './brand-vectors.ts'
import type { Dependencies } from './dependencies.ts'
import type { ReadyImage, Run } from './run.ts'

/** What a whole group of pictures is named with. */
export const GROUP_MARK = 'group:'
/** Requests of a group whose pictures are looked through, the newest first. */
const MOST_REQUESTS = 32

type Parts = Pick<Dependencies, 'stores' | 'pictures' | 'images'>

/**
 * The stored pictures that names mean: the id of a picture, or `group:` and the name of a group,
 * which stands for its newest pictures that nobody rejected, as far as there is room.
 * @throws GatewayError `not_found` for what is unknown, another tenant's, or has no bytes any more.
 */
export async function storedReferences(
  names: readonly string[],
  { tenant, room }: { readonly tenant: string; readonly room: number },
  deps: Parts,
): Promise<readonly Reference[]> {
  const found = new Map<string, Reference>()
  const add = (image: ImageRecord): void => {
    const { id, digest, format } = image
    found.set(digest, { digest, format, image: id })
  }
  const [groups, ids] = [true, false].map((isGroup) =>
    names.filter((name) => name.startsWith(GROUP_MARK) === isGroup),
  ) as [string[], string[]]
  for (const id of ids) add((await ownPicture(id, tenant, deps)) ?? missing('image', id))
  for (const name of groups) {
    const group = name.slice(GROUP_MARK.length)
    const pictures = await picturesOf({ group, tenant }, deps)
    if (pictures.length === 0) missing('picture in group', group)
    for (const image of pictures.slice(0, Math.max(0, room - found.size))) add(image)
  }
  return [...found.values()]
}

/** A picture that may be compared with; the same for another tenant's and an unknown one. */
async function ownPicture(id: string, tenant: string, deps: Parts) {
  const image = isId('img', id) ? await deps.pictures.read(id, deps) : undefined
  if (image?.tenant !== tenant || image.state !== 'published') return undefined
  return (await deps.images.size(image.digest)) === undefined ? undefined : image
}

/** What requests of a group delivered, without what was rejected since. */
async function picturesOf(
  { group, tenant }: { readonly group: string; readonly tenant: string },
  deps: Parts,
): Promise<readonly ImageRecord[]> {
  const { requests, feedback } = deps.stores
  const wanted = { tenant, group, state: 'completed', limit: MOST_REQUESTS } as const
  const pictures: ImageRecord[] = []
  for (const { summary = {} } of await requests.list(wanted)) {
    for (const id of (summary.images ?? []) as readonly string[]) {
      if (pictures.length >= requestLimits.maxReferences) return pictures
      const image = await ownPicture(id, tenant, deps)
      const verdict = image && (await feedback.ofImage(id)).at(-1)
      if (image !== undefined && verdict?.isAccepted !== false) pictures.push(image)
    }
  }
  return pictures
}

function missing(kind: string, name: string): never {
  const message = `There is no ${kind} ${name.slice(0, 40)} to compare with.`
  throw new GatewayError('not_found', message, { param: 'references' })
}

/** Reads what a request is held to, by the names that its gate has for it. */
export const findReference =
  ({ references = [] }: ImageRequest, { images }: Pick<Dependencies, 'images'>): FindPicture =>
  async (digest) => {
    const format = references.find((reference) => reference.digest === digest)?.format
    const bytes = format && (await images.get(digest))
    return bytes && { bytes, format }
  }

/**
 * A request as it can be held to the pictures that it names: without an embedder not at all.
 * @throws GatewayError where nothing may be adapted.
 */
export function comparable(
  request: ImageRequest,
  { gates }: Pick<Dependencies, 'gates'>,
): Pick<Run, 'request' | 'warnings'> {
  if (request.references === undefined || gates.canCompare()) return { request, warnings: [] }
  return dropped(request, 'nothing here compares pictures with pictures (quality.embedder)')
}

/**
 * The same once a plan says whose pictures they are: emulated tools see none but emulated ones.
 * What is made then answers no later request, as it was asked for with the pictures.
 * @throws GatewayError where nothing may be adapted.
 */
export function heldToReferences(run: Run, { gates }: Pick<Dependencies, 'gates'>): Run {
  const [first] = run.plan?.steps ?? []
  if (run.request.references === undefined || first === undefined) return run
  if (gates.canCompare(first.isSimulated)) return run
  const why = 'the embedder is emulated and the pictures are not, or the other way round'
  const { request, warnings } = dropped(run.request, why)
  const { cacheKey: _, reuseKey: __, partition: ___, ...rest } = run
  return { ...rest, request, warnings: [...run.warnings, ...warnings] }
}

function dropped(asked: ImageRequest, why: string): Pick<Run, 'request' | 'warnings'> {
  const [param, message] = ['references', `references were dropped: ${why}.`]
  if (asked.strict) throw new GatewayError('unsupported_parameter', message, { param })
  const { references: _, referenceThreshold: __, ...request } = asked
  return { request, warnings: [{ code: 'parameter_dropped', param, message }] }
}

/**
 * A picture that nobody could compare with what its request names is no answer to an equal request:
 * next time the embedder may tell.
 */
export const reusable = <Image extends ReadyImage>(image: Image, request: ImageRequest): Image =>
  isUntold(image, request) ? { ...image, isReusable: false } : image

/** Said of pictures that are shown although nobody could compare them. */
export function untold(images: readonly ReadyImage[], request: ImageRequest): readonly Warning[] {
  const reasons = images.filter((image) => isUntold(image, request)).flatMap(reasonOf)
  if (reasons.length === 0) return []
  const message = `references were not compared with: ${reasons[0]}.`
  return [{ code: 'parameter_dropped', param: 'references', message }]
}

const isUntold = (image: ReadyImage, { references }: ImageRequest): boolean =>
  references !== undefined && reasonOf(image).length > 0

const reasonOf = ({ record }: ReadyImage): readonly string[] =>
  (record.quality?.gates ?? []).flatMap(({ gate, outcome, reason }) =>
    gate === 'similarity' && outcome === 'unknown' ? [String(reason)] : [],
  )

/** What receipts and dry runs say of the pictures that a request is held to. */
export const printReferences = ({
  references,
  referenceThreshold: threshold,
}: ImageRequest): JsonObject =>
  references === undefined
    ? {}
    : {
        references: { pictures: references.map(({ digest, image }) => image ?? digest), threshold },
      }
