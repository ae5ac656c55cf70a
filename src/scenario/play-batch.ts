import { normaliseRequest } from '../core/request/normalise.ts'
import type { EventHub } from '../gateway/events.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Clock } from '../ports/clock.ts'
import { draftOf, rehearsalCaller } from './play-load.ts'
import type { SeenBatch } from './report.ts'
import type { BatchLoad } from './scenario-file.ts'

/** Lines that are queued in one commit. */
const CHUNK = 500
const BATCH_ID = 'batch_rehearsal'

/** Queues the lines of a batch and waits until the last one has ended, with or without pictures. */
export async function playBatch(
  batch: BatchLoad,
  stage: { readonly gateway: Gateway; readonly clock: Clock; readonly hub: EventHub },
): Promise<SeenBatch> {
  const { gateway, clock, hub } = stage
  const { lines } = batch
  await clock.sleep(batch.after_s * 1_000)
  const startedMs = clock.monotonicMs()
  const allEnded = Promise.withResolvers<void>()
  let [ended, made] = [0, 0]
  hub.listen((event) => {
    if (event.kind !== 'request-ended' || event.request.place?.batch?.id !== BATCH_ID) return
    ended += 1
    if (event.request.state === 'completed') made += 1
    if (ended === lines) allEnded.resolve()
  })
  const jobs = Array.from({ length: lines }, (_, line) => ({
    request: normaliseRequest({ ...draftOf(batch, line + 1), priority: 'low' }),
    caller: rehearsalCaller,
    place: { batch: { id: BATCH_ID, line } },
  }))
  for (let from = 0; from < lines; from += CHUNK) {
    await gateway.jobs.enqueue(jobs.slice(from, from + CHUNK))
  }
  gateway.jobs.workFor(BATCH_ID)
  await allEnded.promise
  return { lines, made, durationMs: clock.monotonicMs() - startedMs }
}
