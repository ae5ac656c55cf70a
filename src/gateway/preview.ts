import { exactKeyText } from '../core/cache/exact-key.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { requestTraits } from '../core/purpose/request-traits.ts'
import type { Warning } from '../core/request/image-request.ts'
import type { PreviewPart } from '../core/routing/plan.ts'
import { cacheTtlMs } from './cache-entries.ts'
import { poolOf } from './cache-pools.ts'
import type { Dependencies } from './dependencies.ts'
import { loadImage } from './load-image.ts'
import { paidWrite } from './paid-write.ts'
import { asPreliminary, PREVIEW_STEP } from './preliminary.ts'
import type { EndedAttempt, ReadyImage, Run } from './run.ts'
import { runStep } from './run-step.ts'
import { stoppedBy } from './stop-order.ts'

/** A draft's call stands behind all calls for pictures, of which there are far fewer. */
const PLACE = 900

/** A draft that is made beside the picture, and shown if it comes first. */
export interface Preview {
  /** The first call for the picture is about to be sent: everything is written down and held. */
  begin(): void
  /** The run with the draft's call, once that has ended. */
  into(run: Run): Run
  /** The picture is there, or will never be: the draft is given up, and settled when it ends. */
  close(run: Run): Run
}

const none: Preview = { begin: () => undefined, into: (run) => run, close: (run) => run }

/** The preview of a plan; one that does nothing where the plan has none. */
export function openPreview(run: Run, deps: Dependencies): Preview {
  const part = run.plan?.preview
  if (part === undefined) return none
  const over = new AbortController()
  let call: Promise<readonly EndedAttempt[]> | undefined
  let ended: readonly EndedAttempt[] | undefined
  const show = (bytes: Uint8Array): void => {
    if (!over.signal.aborted) run.watch.onPartial?.({ index: 0, bytes })
  }
  const make = async (): Promise<readonly EndedAttempt[]> => {
    try {
      ended = await showDraft(part, run, { show, over: over.signal }, deps)
    } catch (error) {
      // A picture that nobody is shown on the way is no reason to fail.
      deps.log.warn({ requestId: run.id, error }, 'preview not made')
      ended = []
    }
    return ended
  }
  const into = (now: Run): Run => {
    const news = (ended ?? []).filter((each) => !now.ended.includes(each))
    return news.length === 0 ? now : { ...now, ended: [...now.ended, ...news] }
  }
  return {
    begin: () => {
      call ??= make()
    },
    into,
    close: (now) => {
      over.abort()
      if (call === undefined || ended !== undefined) return into(now)
      const late = Promise.all([now.late ?? [], call]).then((all) => all.flat())
      return { ...now, late, warnings: [...now.warnings, stillMade] }
    },
  }
}

const stillMade: Warning = {
  code: 'hedged',
  param: 'partial_images',
  message: 'The draft that was to be shown is still made; its cost is in the receipt once it ends.',
}

/** Shows the draft that an equal request has left in the cache, or has one made. */
async function showDraft(
  part: PreviewPart,
  run: Run,
  to: { readonly show: (bytes: Uint8Array) => void; readonly over: AbortSignal },
  deps: Dependencies,
): Promise<readonly EndedAttempt[]> {
  const key = await keyOf(part, run, deps)
  const kept = key === undefined ? undefined : await findKept(key, run, deps)
  if (kept !== undefined) {
    to.show(kept)
    return []
  }
  const { plan: _, hits: __, job: ___, ...rest } = run
  const { onPartial: ____, ...watch } = run.watch
  const { request } = part
  const traits = requestTraits(request, deps.purposes)
  const drafting: Run = {
    ...{ ...rest, request, hits: [], unwritten: [], watch, beside: PLACE, isPreview: true },
    traits: { ...traits, standard: { ...traits.standard, gates: [] } },
    stop: stoppedBy(run.stop, to.over),
    ...{ shown: new Set<string>(), shownHashes: [], ended: [] },
  }
  const made = await runStep(drafting, part.step, PREVIEW_STEP, deps)
  if ('reason' in made) return []
  const [image] = made.ended.flatMap(({ images }) => images)
  if (image?.bytes !== undefined) to.show(image.bytes)
  const written = image === undefined ? undefined : keep(key, image, { part, run, made }, deps)
  return made.ended.map((each) => ({
    ...asPreliminary(each),
    ...(written === undefined ? {} : { written }),
  }))
}

/** The key of a request for the draft alone: it answers those, and never one for the picture. */
async function keyOf(
  { request }: PreviewPart,
  { cacheKey, caller }: Run,
  deps: Dependencies,
): Promise<string | undefined> {
  if (cacheKey === undefined) return undefined
  const identified = await deps.samePixels.identify(request, deps)
  return deps.sha256(exactKeyText(identified, poolOf(caller.tenant, deps.cachePools)))
}

async function findKept(
  key: string,
  { sibling }: Run,
  deps: Dependencies,
): Promise<Uint8Array | undefined> {
  // Only who may be answered from the cache at all stands with his siblings.
  if (sibling === undefined) return undefined
  const [found] = await deps.stores.cache.find({ key, now: deps.clock.now(), limit: 1 })
  return found === undefined ? undefined : loadImage(found.image, deps).catch(() => undefined)
}

/** Puts the draft into the cache as what it is. @returns whether all of its call is durable. */
function keep(
  key: string | undefined,
  { record, isReusable }: ReadyImage,
  of: { readonly part: PreviewPart; readonly run: Run; readonly made: Run },
  deps: Dependencies,
): Promise<boolean> | undefined {
  const ttlMs = cacheTtlMs(of.part.request, deps)
  if (key === undefined || !isReusable || ttlMs <= 0) return undefined
  const createdAt = deps.clock.now()
  const { id: imageId, tenant } = record
  const entry = { key, imageId, tenant, createdAt, expiresAt: createdAt + ttlMs }
  const facts: readonly Fact[] = [{ kind: 'cache-written', entry }]
  const after = Promise.all(of.made.ended.map(({ written }) => written)).then((all) =>
    all.every(Boolean),
  )
  const write = paidWrite({ requestId: of.run.id, facts, after }, deps)
  return Promise.all([after, write]).then((all) => all.every(Boolean))
}
