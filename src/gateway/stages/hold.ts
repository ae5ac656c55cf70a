import { makeId } from '../../core/ids.ts'
import type { RequestRecord } from '../../core/jobs/request-record.ts'
import { toStoredRequest } from '../../core/jobs/stored-request.ts'
import type { Hold } from '../../core/ledger/entry.ts'
import type { Nano } from '../../core/money.ts'
import type { ImageFormat, ImageRequest } from '../../core/request/image-request.ts'
import type { Plan } from '../../core/routing/plan.ts'
import { acceptanceOf, isAcceptance } from '../acceptance.ts'
import { answerFacts, nameFacts } from '../claim-facts.ts'
import type { Dependencies } from '../dependencies.ts'
import { printStoredPlan } from '../print-plan.ts'
import { printTraits } from '../print-traits.ts'
import { printReferences } from '../references.ts'
import { bookOf, missingImages, type Run } from '../run.ts'

/**
 * Bytes of memory one pixel of an answer is expected to need, by format: measured PNGs of
 * photo-like pictures have 1.4 to 1.9 bytes a pixel, JPEG and WebP well below 0.5; a third more
 * lies in sockets, as base64, on the way in and out.
 */
const BYTES_PER_PIXEL: { readonly [Format in ImageFormat]: number } = {
  png: 2.5,
  jpeg: 0.8,
  webp: 0.8,
}

/**
 * Reserves memory for the answer, then puts the worst case of the plan aside. Neither is sent
 * anywhere yet: the first attempt's write takes the facts along, in one commit.
 * Whether budgets have room for it turns out with that commit.
 * @throws GatewayError `overloaded` when too many pictures are in flight.
 */
export async function hold(run: Run, deps: Dependencies): Promise<Run> {
  const { plan, claims = [] } = run
  const record = toRecord(run, deps)
  const accepted = acceptanceOf(record, run.job !== undefined)
  const others = run.unwritten.filter((fact) => !isAcceptance(fact))
  if (plan === undefined) {
    return { ...run, unwritten: [...nameFacts(run), accepted, ...others] }
  }
  const bytes = expectedBytes(run.request, plan, missingImages(run))
  const { keyId, limits } = run.caller
  // Jobs have a line of their own: who waits takes turns with them.
  const name = run.job === undefined ? keyId : `jobs of ${keyId}`
  const owner = { name, weight: limits?.weight ?? 1 }
  const reservation = await deps.bytes.reserve(bytes, run.stop.buying, owner)
  // Nobody waits for it any more: it is noted, and nothing is put aside for it.
  if (reservation === undefined) return { ...run, unwritten: [accepted] }
  const opened = makeHold(record, plan.holdNano, deps)
  const debts = run.isKnown === true ? [] : answerFacts(run, deps)
  const names = run.isKnown === true ? [] : nameFacts(run)
  return {
    ...run,
    reservation,
    hold: opened,
    unwritten: [
      ...names,
      accepted,
      ...debts,
      { kind: 'hold-opened', hold: opened, claims },
      ...others,
    ],
  }
}

/** Money put aside for a request. */
export const makeHold = (
  { id: requestId, book, keyId }: RequestRecord,
  amountNano: Nano,
  { clock, random }: Dependencies,
): Hold => ({
  id: makeId('hld', random.bytes(16), clock.now()),
  ...{ requestId, book, keyId, amountNano, openedAt: clock.now() },
})

/** Bytes that the answer and the input images of a request are expected to need in memory. */
function expectedBytes(request: ImageRequest, plan: Plan, images: number): number {
  const first = plan.steps[0]
  const { width, height } = first?.fit.expectedSize ?? { width: 1024, height: 1024 }
  const perPixel = BYTES_PER_PIXEL[first?.fit.settings.format ?? 'png']
  const inputs = [...request.images, ...(request.mask === undefined ? [] : [request.mask])]
  const inputBytes = inputs.reduce((sum, image) => sum + image.byteLength, 0)
  return Math.ceil(width * height * perPixel * images) + inputBytes
}

/** What is written of a run that has its plan. */
export function toRecord(run: Run, deps: Dependencies): RequestRecord {
  return {
    id: run.id,
    tenant: run.caller.tenant,
    keyId: run.caller.keyId,
    operation: run.request.operation,
    model: run.request.model,
    state: 'running',
    request: toStoredRequest(run.request),
    plan: {
      traits: printTraits(run.traits),
      ...printReferences(run.request),
      ...(run.plan && printStoredPlan(run.plan)),
    },
    book: bookOf(run),
    priceVersion: run.snapshot.book.version,
    createdAt: run.job?.record.createdAt ?? run.startedAt,
    costNano: 0n,
    ...(run.listNano === undefined ? {} : { listCostNano: run.listNano }),
    leaseOwner: deps.owner,
    leaseUntil: deps.clock.now() + deps.limits.leaseMs,
    ...placeOf(run),
  }
}

/** A caller who does not wait has a job, which whoever finds it abandoned may make. */
function placeOf({ job, watch, request, startedAt }: Run): Pick<RequestRecord, 'place'> {
  if (job !== undefined) return { place: job.place }
  if (watch.onAccepted === undefined) return {}
  const { priority = 'normal' } = request
  // It is claimed already: this process begins at once.
  return { place: { priority, dueAt: startedAt, tries: 0, fence: 1 } }
}
