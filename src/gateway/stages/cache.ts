import { exactKeyText } from '../../core/cache/exact-key.ts'
import { inSeedOrder } from '../../core/cache/in-seed-order.ts'
import { promptForm } from '../../core/cache/prompt-form/prompt-form.ts'
import { partitionText, reuseKeyText } from '../../core/cache/reuse-key.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import { makeId } from '../../core/ids.ts'
import type { ImageRecord } from '../../core/jobs/request-record.ts'
import { isOfContent } from '../../core/quality/quality-note.ts'
import type { CacheMode, ImageRequest } from '../../core/request/image-request.ts'
import { poolOf } from '../cache-pools.ts'
import type { Dependencies } from '../dependencies.ts'
import { adaptCached, findAlike } from '../find-alike.ts'
import { findNear } from '../find-near.ts'
import { isWorthIt } from '../is-worth-it.ts'
import { type CacheHit, missingImages, type Run } from '../run.ts'

/** Entries looked at per request: enough for the most images and their siblings. */
const MAX_ENTRIES = 64

/** A request under the names by which the cache knows it. */
interface Keyed {
  readonly run: Run
  /** With its uploads named by what they show. */
  readonly identified: ImageRequest
  readonly mode: CacheMode
}

/** Works out the names; undefined where the request or its purpose wants no cache. */
async function keyed(run: Run, deps: Dependencies): Promise<Keyed | undefined> {
  const { request } = run
  const mode = request.cacheIsExplicit
    ? request.cache
    : (deps.purposes.of(request.purpose).cache ?? request.cache)
  if (mode === 'off') return undefined
  const owner = ownerOf(run, deps)
  const form = promptForm(request.prompt)
  const gated = gatesOf(run)
  const identified = await deps.samePixels.identify(request, deps)
  const known: Run = {
    ...run,
    cacheKey: deps.sha256(exactKeyText(identified, owner.tenant) + gated),
    reuseKey: deps.sha256(reuseKeyText(identified, owner, form) + gated),
    ...(deps.similarity === undefined
      ? {}
      : { partition: deps.sha256(partitionText(identified, owner, form) + gated) }),
  }
  return { run: known, identified, mode }
}

/** Lets the pictures of a request answer later ones, without a look for earlier ones. */
export const cacheable = async (run: Run, deps: Dependencies): Promise<Run> =>
  (await keyed(run, deps))?.run ?? run

/**
 * Whether the cache answers a request, or nothing else may. A look that leaves no trace: who asks
 * for the request itself afterwards does not ask a second time.
 */
export async function isForCache(run: Run, deps: Dependencies): Promise<boolean> {
  const found = await keyed(run, deps)
  if (found === undefined || found.mode === 'refresh') return false
  if (found.mode === 'only') return true
  refuseLooser(run.request, deps)
  return (await look(found.run, found.identified, deps)).hits.length > 0
}

/**
 * Looks for pictures that were made for an equal request of the same tenant, then for the same
 * picture in other words, then for prompts that are near. Each picture of an answer, and of equal
 * requests running at the same time, is another one.
 * @throws GatewayError `cache_miss` when only the cache may answer and cannot.
 */
export async function cache(run: Run, deps: Dependencies): Promise<Run> {
  const { request, caller } = run
  const found = await keyed(run, deps)
  if (found === undefined) return run
  refuseLooser(request, deps)
  const { run: known, identified, mode } = found
  const { reuseKey = '' } = known
  const user = request.endUser ?? request.group
  const isRepeat =
    user !== undefined &&
    !request.cacheIsExplicit &&
    deps.siblings.isRepeat(reuseKey, `${caller.keyId}\n${user}`, run)
  if (mode === 'refresh' || isRepeat) return known
  const { mayBeSplit = false } = run.watch
  const sibling = deps.siblings.enter(reuseKey, { nowMs: deps.clock.monotonicMs(), mayBeSplit })
  try {
    const looked = await look({ ...known, sibling }, identified, deps)
    if (mode === 'only' && missingImages(looked) > 0) {
      const message = `The cache holds ${looked.hits.length} of ${request.n} images.`
      throw new GatewayError('cache_miss', message, { param: 'x-keeprate-cache' })
    }
    return looked
  } catch (error) {
    sibling.leave(deps.clock.monotonicMs())
    throw error
  }
}

/** @throws GatewayError when a request asks for riskier hits than the gateway bears. */
function refuseLooser({ cacheThreshold: asked }: ImageRequest, { similarity }: Dependencies): void {
  const least = similarity?.rule.threshold ?? 0
  if (asked === undefined || asked >= least) return
  const message = `cache_threshold must be at least ${least}: here it can only be raised.`
  throw new GatewayError('invalid_request', message, { param: 'cache_threshold' })
}

/** First what is equal, then what is alike, then what was made of copies, then what is near. */
async function look(run: Run, identified: ImageRequest, deps: Dependencies): Promise<Run> {
  const { request, reuseKey = '' } = run
  const hits: CacheHit[] = []
  const missing = missingOf(run, hits, deps)
  for (const record of await missing(await findEqual(run, deps))) {
    hits.push({ record, isReusable: true, tier: 'exact' })
  }
  if (hits.length < request.n) {
    for (const record of await missing(await findAlike(run, reuseKey, deps))) {
      const adapted = await adaptCached(record, run, deps)
      if (adapted !== undefined) hits.push(adapted)
    }
  }
  if (hits.length < request.n) {
    const copies = await findOfCopies(run, identified, deps)
    for (const record of await missing(copies.images)) {
      const adapted = await adaptCached(record, run, deps, { tier: 'phash', bits: copies.bits })
      if (adapted !== undefined) hits.push(adapted)
    }
  }
  const looked = withHits(run, hits, deps)
  return missingImages(looked) > 0 ? lookNear(looked, deps) : looked
}

/**
 * What is believed of an upload that looks like another one: of 232 drawn scenes that were changed
 * somewhere none was taken for a copy (look.test.ts, 2026-11), so at most 1.3 % are, to 95 %.
 */
const COPY_IS_RIGHT = 0.987

/** Pictures that were made of uploads which are copies of those of the request. */
async function findOfCopies(
  run: Run,
  named: ImageRequest,
  deps: Dependencies,
): Promise<{ readonly images: readonly ImageRecord[]; readonly bits: number }> {
  const owner = ownerOf(run, deps)
  // Who names a seed wants exactly that picture.
  const isExact = run.request.seed !== undefined
  const about = { named, owner: owner.tenant }
  const found = isExact ? undefined : await deps.knownInputs?.standIn(run.request, about, deps)
  if (found === undefined) return { images: [], bits: 0 }
  const { request, bits } = found
  const form = promptForm(request.prompt)
  const key = deps.sha256(reuseKeyText(request, owner, form) + gatesOf(run))
  const alike = await findAlike(run, key, deps)
  const isWorth = alike.length > 0 && isWorthIt(COPY_IS_RIGHT, run, deps)
  return { images: isWorth ? alike : [], bits }
}

/**
 * Part of the key where a purpose has gates of content: a picture that was made for another one
 * never passed them.
 */
const gatesOf = ({ traits: { purpose, standard } }: Run): string =>
  standard.gates.some(({ gate }) => isOfContent(gate)) ? `\ngates of ${purpose}` : ''

const ownerOf = ({ caller }: Run, { cachePools }: Dependencies) => ({
  tenant: poolOf(caller.tenant, cachePools),
})

/** Looks for pictures of prompts that are near, for what is still missing. */
export async function lookNear(run: Run, deps: Dependencies): Promise<Run> {
  const near = await findNear(run, missingOf(run, run.hits, deps), deps)
  const looked = withHits(run, near.hits, deps)
  return near.check === undefined ? looked : { ...looked, check: near.check }
}

/**
 * Picks pictures that are not in the answer yet, and only as many as are missing.
 * @param hits those that are; more may come.
 */
function missingOf(run: Run, hits: readonly CacheHit[], deps: Dependencies) {
  const { request, sibling } = run
  // Who names a seed wants exactly that picture.
  const mayShare = request.cacheIsExplicit || request.seed !== undefined
  const take: Take =
    sibling === undefined || mayShare
      ? (free, count) => free.slice(0, count)
      : (free, count) => sibling.take(free, count)
  return (images: readonly ImageRecord[]) => {
    const known = new Set(hits.map(({ record }) => record.digest))
    const fresh = distinct(images).filter(({ digest }) => !known.has(digest))
    return takeReadable(fresh, request.n - hits.length, take, deps)
  }
}

async function findEqual(run: Run, deps: Dependencies): Promise<readonly ImageRecord[]> {
  const query = { key: run.cacheKey ?? '', now: run.startedAt, limit: MAX_ENTRIES }
  const found = await deps.stores.cache.find(query)
  return inSeedOrder(
    found.map(({ image }) => image),
    run.request,
  )
}

/** Adds what was found to the answer. */
function withHits(run: Run, found: readonly CacheHit[], deps: Dependencies): Run {
  const hits = found.map((hit) => ownedBy(run, hit, deps))
  for (const { record } of hits) run.shown.add(record.digest)
  const derived = hits.filter(({ record }) => record.requestId === run.id)
  return {
    ...run,
    hits: [...run.hits, ...hits],
    lookMs: deps.clock.monotonicMs() - run.startedMs,
    unwritten: [
      ...run.unwritten,
      ...derived.map(({ record: image }) => ({ kind: 'image-derived', image }) as const),
    ],
  }
}

/** A picture of another tenant of the pool becomes the caller's own: same bytes, new name. */
function ownedBy(run: Run, hit: CacheHit, { random, clock }: Dependencies): CacheHit {
  const { tenant } = run.caller
  if (hit.record.tenant === tenant) return hit
  const now = clock.now()
  const id = makeId('img', random.bytes(16), now)
  const own = { id, requestId: run.id, tenant, costNano: 0n, createdAt: now }
  return { ...hit, record: { ...hit.record, ...own } }
}

type Take = (free: readonly ImageRecord[], count: number) => readonly ImageRecord[]

/** The same bytes may have been made twice; one answer shows them once. */
function distinct(images: readonly ImageRecord[]): readonly ImageRecord[] {
  const seen = new Set<string>()
  return images.filter(({ digest }) => {
    const isFirst = !seen.has(digest)
    seen.add(digest)
    return isFirst
  })
}

/** Takes pictures whose bytes are still there: what was deleted is made anew, not answered 404. */
async function takeReadable(
  images: readonly ImageRecord[],
  count: number,
  take: Take,
  deps: Dependencies,
): Promise<readonly ImageRecord[]> {
  const readable: ImageRecord[] = []
  let rest = images
  while (readable.length < count) {
    const taken = take(rest, count - readable.length)
    if (taken.length === 0) break
    const sizes = await Promise.all(
      taken.map(({ digest }) => deps.images.size(digest).catch(() => undefined)),
    )
    readable.push(...taken.filter((_, index) => sizes[index] !== undefined))
    rest = rest.filter((image) => !taken.includes(image))
  }
  return readable
}
