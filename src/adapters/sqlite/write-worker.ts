/**
 * The thread that writes: reaching the disk blocks it and nobody else. It owns its connection,
 * takes orders one after the other, and answers each in turn.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Batch } from '../database/batch.ts'
import type { Outcome } from '../database/engine.ts'
import { writeBatches } from '../database/write-batches.ts'
import { prepareWrites } from '../database/writes.ts'
import {
  type Connection,
  type ConnectionSettings,
  createPrinter,
  openConnection,
  type Query,
} from './connection.ts'

/** What the thread is asked to do. */
export type WriteOrder =
  | { readonly kind: 'group'; readonly batches: readonly Batch[] }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'close' }

/** What came of it. Of an error's own members a clone knows nothing, so they go beside it. */
export type WriteAnswer =
  | { readonly outcome: Outcome }
  | { readonly error: Error; readonly members: Readonly<Record<string, unknown>> }

const writes = prepareWrites(createPrinter())
let connection: Connection | undefined

function follow(order: WriteOrder): Outcome {
  if (order.kind === 'close') {
    connection?.close()
    parentPort?.close()
    return { rows: [], changes: 0 }
  }
  connection ??= openConnection(workerData as ConnectionSettings)
  if (order.kind === 'query') return connection.query(order.query)
  connection.transact(writeBatches(writes, order.batches))
  return { rows: [], changes: 0 }
}

parentPort?.on('message', (order: WriteOrder) => {
  let answer: WriteAnswer
  try {
    answer = { outcome: follow(order) }
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    answer = { error, members: { ...error } }
  }
  parentPort?.postMessage(answer)
})
