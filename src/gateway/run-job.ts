import { GatewayError } from '../core/errors/gateway-error.ts'
import { type PutBack, whenAgain } from '../core/jobs/put-back.ts'
import type { RequestRecord } from '../core/jobs/request-record.ts'
import { fromStoredRequest } from '../core/jobs/stored-request.ts'
import type { Dependencies } from './dependencies.ts'
import { failureOf } from './failure-of.ts'
import { work } from './pipeline.ts'
import { putBack } from './put-back.ts'
import { recallAttempts } from './recall-attempts.ts'
import { toRun } from './recover.ts'
import { newlyEnded, type Run, readyImages, spentNano, type Watch } from './run.ts'
import { finish } from './stages/finish.ts'
import { normalise } from './stages/normalise.ts'
import type { Stop } from './stop-order.ts'

/**
 * Makes a job that was claimed, from its plan to its end, or until it goes back into the queue. Its
 * plan and its prices are those of now. Resolves however it ends; what it came to is written.
 */
export async function runJob(
  record: RequestRecord,
  { stop, watch }: { readonly stop: Stop; readonly watch: Watch },
  deps: Dependencies,
): Promise<void> {
  const afterwards: Promise<unknown>[] = []
  const leave = deps.traffic.retries.begin()
  try {
    const run = await begin(record, { stop, watch }, deps)
    await work(run, deps, async (done) => {
      const back = backOf(done, deps)
      if (back !== undefined) return putBack(done, back, deps)
      const result = await finish(done, deps, (later) => afterwards.push(later))
      result.release()
    })
  } catch (error) {
    // A job without a picture is recorded as failed; anything else its lease brings back.
    if (!GatewayError.isInstance(error)) {
      deps.log.error({ requestId: record.id, error }, 'job broke off')
    }
  } finally {
    leave()
  }
  await Promise.allSettled(afterwards)
}

/** A job whose model is gone since it was queued ends with that. */
async function begin(
  record: RequestRecord,
  parts: { readonly stop: Stop; readonly watch: Watch },
  deps: Dependencies,
): Promise<Run> {
  const known = toRun(record, parts.stop, deps)
  const { id, caller, unwritten } = known
  const { ended, ...looks } = await recallAttempts(known, deps)
  const job = known.job && { job: { ...known.job, earlier: ended.length } }
  const { shown } = known
  try {
    const begun = normalise(fromStoredRequest(record.request), caller, parts, deps)
    return { ...begun, id, unwritten, ended, ...looks, shown, ...job }
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    return { ...known, ended, ...looks, ...job, refusal: error }
  }
}

/** Whether what was in the way of a job may pass, and when to look. */
function backOf(run: Run, { clock, random }: Dependencies): PutBack | undefined {
  if (run.job === undefined || run.stop.buying.aborted || readyImages(run).length > 0) {
    return undefined
  }
  if (run.refusal === undefined && newlyEnded(run).length === 0) return undefined
  // After money was spent the same is not sent again.
  const error = run.refusal ?? failureOf(run, spentNano({ ended: newlyEnded(run) }))
  const chance = (random.bytes(1)[0] ?? 0) / 256
  return whenAgain(error, run.job.place, { now: clock.now(), chance })
}
