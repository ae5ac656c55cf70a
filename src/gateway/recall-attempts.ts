import { failure, type ProviderFailure } from '../core/errors/provider-failure.ts'
import type { Attempt, ImageRecord } from '../core/jobs/request-record.ts'
import type { CallOutcome } from '../ports/provider.ts'
import type { Dependencies } from './dependencies.ts'
import { withLooks } from './end-looks.ts'
import type { OpenAttempt } from './open-attempt.ts'
import { isLook, isLookUp } from './paid-looks.ts'
import { asPreliminary } from './preliminary.ts'
import type { EndedAttempt, ReadyImage, Run } from './run.ts'
import { evidenceOf } from './run-step.ts'
import { judge } from './stages/judge.ts'
import { publish } from './stages/publish.ts'

/** What is written of an attempt, and what a call needs to go on; undefined when it cannot. */
export interface Found {
  readonly attempt: Attempt
  readonly images: readonly ImageRecord[]
  readonly open: OpenAttempt | undefined
}

/** What earlier turns of a job came to. */
export async function recallAttempts(
  run: Run,
  deps: Dependencies,
): Promise<Pick<Run, 'earlierLooks'> & { readonly ended: EndedAttempt[] }> {
  const { requests } = deps.stores
  const attempts = await requests.attempts(run.id)
  const images = attempts.length === 0 ? [] : await requests.images(run.id)
  const looks = attempts.filter(isLook)
  const ended = await Promise.all(
    attempts
      .filter((attempt) => !isLook(attempt))
      .map(async (attempt) => {
        const own = images.filter(({ attemptId }) => attemptId === attempt.id)
        const found = await lookAgain({ attempt, images: own, open: undefined }, run, deps)
        return asPreliminary(withLooks(found, looks))
      }),
  )
  const earlierLooks = looks.filter(isLookUp)
  return { ended, ...(earlierLooks.length === 0 ? {} : { earlierLooks }) }
}

/** Judges and publishes what was settled before the crash and not looked at yet. */
export async function lookAgain(
  { attempt, images, open }: Found,
  run: Run,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const done: ReadyImage[] = images
    .filter((image) => image.state === 'published')
    .map((record) => ({ record, isReusable: true }))
  for (const { record } of done) run.shown.add(record.originalDigest)
  const ended: EndedAttempt = {
    attempt,
    images: done,
    failures: failuresOf(attempt, images),
    refused: images
      .filter(({ state, quality }) => state === 'refused' && quality !== undefined)
      .map((record) => ({ record, isReusable: true })),
    looks: [],
    resolved: open?.plan.settings ?? {},
    durationMs: 0,
    warnings: [],
    written: Promise.resolve(true),
  }
  const kept: Required<ReadyImage>[] = []
  for (const record of images.filter((image) => image.state === 'stored')) {
    const bytes = await deps.images.get(record.digest)
    if (bytes !== undefined) kept.push({ record, bytes, isReusable: true })
  }
  if (open === undefined || kept.length === 0) return ended
  const outcome: CallOutcome = { kind: 'produced', images: [], withheld: [], usage: {} }
  const written = Promise.resolve(true)
  const settled = { ...open, outcome, durationMs: 0, settled: attempt, kept, warnings: [], written }
  const judged = await judge(settled, run, deps)
  const published = await publish(judged, evidenceOf(judged, run, deps), deps)
  return {
    ...published,
    images: [...done, ...published.images],
    refused: [...ended.refused, ...published.refused],
    failures: [...ended.failures, ...published.failures],
  }
}

/** What the receipt says of an attempt that had ended badly, and of pictures that were refused. */
function failuresOf(
  { outcome, failureMessage = '' }: Attempt,
  images: readonly ImageRecord[],
): readonly ProviderFailure[] {
  const refused = images.filter((image) => image.state === 'refused')
  const failures = refused.map(({ refusal = '', quality }) =>
    failure(quality === undefined ? 'bad_image' : 'gate_refused', refusal),
  )
  if (outcome === undefined || outcome === 'produced') return failures
  return [failure(outcome, failureMessage), ...failures]
}
