import { outputFault } from '../../core/catalog/output-fault.ts'
import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { Attempt } from '../../core/jobs/request-record.ts'
import { isBlank, isSuspiciouslySmall } from '../../core/quality/blank.ts'
import { checkStructure } from '../../core/quality/image-header.ts'
import type { Dependencies } from '../dependencies.ts'
import type { GateReport } from '../gate-desk.ts'
import { type Standard, standardFor, wishesFor } from '../gate-wishes.ts'
import { findTwins } from '../near-twins.ts'
import { openLooks, type PaidLooks } from '../paid-looks.ts'
import { printQuality } from '../print-quality.ts'
import { findReference, reusable, untold } from '../references.ts'
import type { ReadyImage, Run } from '../run.ts'
import type { SettledAttempt } from './settle.ts'

/** A picture that must not be shown for what it was asked for, and why. */
export interface RefusedImage extends Required<ReadyImage> {
  readonly failure: ProviderFailure
}

/** A verdict on each picture of an attempt. */
export interface JudgedAttempt extends SettledAttempt {
  readonly good: readonly Required<ReadyImage>[]
  readonly refused: readonly RefusedImage[]
  /** What looking at them cost. */
  readonly looks: readonly Attempt[]
}

/** What the pictures of an answer are judged by. */
export type Judged = Pick<
  Run,
  | 'id'
  | 'hold'
  | 'looksBefore'
  | 'shown'
  | 'shownHashes'
  | 'shownLooks'
  | 'request'
  | 'traits'
  | 'stop'
>

/**
 * Checks what a provider calls a picture: its format, its size, complete to the trailer, not the
 * same as another one of this answer; then leads it through the gates of its purpose. Without gates
 * only header and chunks are read; pixels are decoded, in a worker, when so few bytes hold so many
 * pixels that it may be blank. A purpose's gates run after the money is booked: what is refused is
 * paid.
 */
export async function judge(
  settled: SettledAttempt,
  run: Judged,
  deps: Dependencies,
): Promise<JudgedAttempt> {
  const looks = openLooks(settled.settled, run, deps)
  const standard = standardFor(settled.attempt, run, deps)
  const examine = (image: Required<ReadyImage>) =>
    examineOne(image, { settled, standard, looks, run }, deps)
  const hasOrder = standard.purpose.gates.some(({ gate }) => gate === 'duplicate')
  const all: Examined[] = []
  if (!hasOrder) all.push(...(await Promise.all(settled.kept.map(examine))))
  // Each picture is compared with those before it.
  else for (const image of settled.kept) all.push(await examine(image))
  const good = all
    .filter((each) => !('failure' in each))
    .map((image) => reusable(image, run.request))
  // Drafts and previews are no pictures of the answer.
  const isCompared = !hasOrder && settled.attempt.step >= 0
  const twins = isCompared ? await findTwins(good, run, deps) : { good, refused: [], warnings: [] }
  return {
    ...settled,
    good: twins.good,
    refused: [...all.filter((each) => 'failure' in each), ...twins.refused],
    warnings: [...settled.warnings, ...twins.warnings, ...untold(twins.good, run.request)],
    looks: looks.ended(),
    written: bothOf(settled.written, looks.written()),
  }
}

type Examined = Required<ReadyImage> | RefusedImage

const bothOf = async (one: Promise<boolean>, other: Promise<boolean>): Promise<boolean> =>
  (await Promise.all([one, other])).every(Boolean)

async function examineOne(
  image: Required<ReadyImage>,
  about: {
    readonly settled: SettledAttempt
    readonly standard: Standard
    readonly looks: PaidLooks
    readonly run: Judged
  },
  deps: Dependencies,
): Promise<Examined> {
  const { record, bytes } = image
  const { settled, standard, looks, run } = about
  const { plan, provider } = settled
  const fault = seenBefore(record.digest, run.shown) ?? faultOf(bytes, settled, standard)
  if (fault !== undefined) return { ...image, failure: failure('bad_image', fault) }
  const isTransparent = plan.settings.background === 'transparent'
  const wishes = wishesFor(standard, record, { isTransparent })
  if (wishes === undefined) {
    const blank = await findBlank(image, deps)
    return blank === undefined ? image : { ...image, failure: failure('bad_image', blank) }
  }
  const report = await deps.gates.examine(
    { ...record, bytes, isSimulated: provider.isSimulated },
    { ...wishes, size: plan.settings.size, shown: run.shownHashes },
    { account: looks, signal: run.stop.calls, find: findReference(run.request, deps) },
  )
  if (report.hash !== undefined) run.shownHashes.push(report.hash)
  const examined = { ...image, record: { ...record, quality: printQuality(report) } }
  const refused = refusalOf(report)
  return refused === undefined ? examined : { ...examined, failure: refused }
}

function seenBefore(digest: string, shown: Set<string>): string | undefined {
  const isTwin = shown.has(digest)
  shown.add(digest)
  return isTwin ? 'the same picture twice' : undefined
}

function faultOf(
  bytes: Uint8Array,
  { plan }: SettledAttempt,
  { purpose }: Standard,
): string | undefined {
  const structure = checkStructure(bytes)
  if (!structure.ok) return structure.reason
  // Who bears another size says so in the gate, which then decides.
  const isBorne = purpose.gates.some(
    (gate) => gate.gate === 'size' && gate.aspect_tolerance !== undefined,
  )
  const { size: _, ...settings } = plan.settings
  return outputFault(structure.header, isBorne ? { ...plan, settings } : plan)
}

/** Few bytes for many pixels may be nothing at all: only then pixels are decoded without a gate. */
async function findBlank(
  { record, bytes }: Required<ReadyImage>,
  { decoder, log }: Dependencies,
): Promise<string | undefined> {
  if (!isSuspiciouslySmall(record)) return undefined
  try {
    const grey = await decoder.grey(bytes)
    return isBlank(grey.pixels) ? 'a blank picture' : undefined
  } catch (error) {
    log.warn({ imageId: record.id, error }, 'picture could not be decoded')
    return 'a picture that cannot be decoded'
  }
}

/** What is no picture at all speaks against its provider; what is the wrong one does not. */
function refusalOf({ refusal }: GateReport): ProviderFailure | undefined {
  if (refusal === undefined) return undefined
  const { gate, reason } = refusal
  const isTechnical = gate === 'complete' || gate === 'size' || gate === 'blank'
  if (isTechnical) return failure('bad_image', reason)
  return failure('gate_refused', `${gate}: ${reason}`)
}
