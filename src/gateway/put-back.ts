import type { PutBack } from '../core/jobs/put-back.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { closeEntry } from '../core/ledger/entry.ts'
import type { Dependencies } from './dependencies.ts'
import { paidWrite } from './paid-write.ts'
import { type Run, turnNano } from './run.ts'

/**
 * Puts a job back into the queue, with the money that was put aside for this turn. When another
 * process has it by now, nothing is written.
 */
export async function putBack(run: Run, back: PutBack, deps: Dependencies): Promise<void> {
  run.sibling?.leave(deps.clock.monotonicMs())
  run.reservation?.release()
  if (run.job === undefined) return
  const { fence } = run.job.place
  const facts: Fact[] = [{ kind: 'job-put-back', id: run.id, fence, back }]
  if (run.hold !== undefined) {
    const entry = closeEntry(run.hold, 'release', turnNano(run), deps.clock.now())
    facts.push({ kind: 'hold-closed', entry })
  }
  const written = await Promise.all(run.ended.map((ended) => ended.written))
  const after = Promise.resolve(written.every(Boolean))
  await paidWrite({ requestId: run.id, facts, after }, deps)
  deps.log.info({ requestId: run.id, ...back }, 'job put back')
}
