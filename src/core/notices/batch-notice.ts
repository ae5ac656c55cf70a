import type { Batch } from '../jobs/batch.ts'
import { isEnded, type RequestState } from '../jobs/request-record.ts'
import type { Notice } from './notice.ts'

/** What is told of a batch that ended, however it did: its status says that. */
export function batchNotice(batch: Batch, counts: ReadonlyMap<RequestState, number>): Notice {
  const { id, tenant, state, createdAt, endedAt = createdAt, total, terms } = batch
  const count = (wanted: (state: RequestState) => boolean): number =>
    [...counts].reduce((sum, [each, lines]) => (wanted(each) ? sum + lines : sum), 0)
  return {
    ...{ type: 'batch.completed', tenant, at: endedAt },
    data: {
      ...{ id, object: 'batch', status: state, endpoint: terms.endpoint },
      request_counts: {
        total,
        completed: count((each) => each === 'completed'),
        failed: count((each) => isEnded(each) && each !== 'completed'),
      },
      input_file_id: terms.inputFileId,
      output_file_id: batch.outputFileId ?? null,
      error_file_id: batch.errorFileId ?? null,
      metadata: terms.metadata ?? null,
      created_at: Math.floor(createdAt / 1_000),
      ended_at: Math.floor(endedAt / 1_000),
    },
  }
}
