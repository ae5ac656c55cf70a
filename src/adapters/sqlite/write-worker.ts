/**
 * The thread that writes: reaching the disk blocks it and nobody else. It owns its connection,
 * takes orders one after the other, and answers each in turn. Its statements come ready made,
 * because starting a thread that prints them would take five times as long.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { CompiledQuery } from 'kysely'
import type { Batch } from '../database/batch.ts'
import { costsNothing } from '../database/costs-nothing.ts'
import type { Outcome } from '../database/engine.ts'
import { fill, type Printed } from '../database/printed.ts'
import type { RowsStatement } from '../database/statement.ts'
import { writeBatches } from '../database/write-batches.ts'
import type { Writes } from '../database/writes.ts'
import { type Connection, type ConnectionSettings, openConnection } from './connection.ts'

/** What the thread knows from its start. */
export interface WriterSettings extends ConnectionSettings {
  /** Each for one row. */
  readonly statements: Readonly<Record<keyof Writes, Printed>>
}

/** What the thread is asked to do. */
export type WriteOrder =
  | { readonly kind: 'group'; readonly batches: readonly Batch[] }
  | { readonly kind: 'query'; readonly query: Printed }
  | { readonly kind: 'close' }

/** What came of it. Of an error's own members a clone knows nothing, so they go beside it. */
export type WriteAnswer =
  | { readonly outcome: Outcome }
  | { readonly error: Error; readonly members: Readonly<Record<string, unknown>> }

const settings = workerData as WriterSettings
/** Here they are only filled, never printed again. */
const writes = Object.fromEntries(
  Object.entries(settings.statements).map(([name, printed]) => [name, oneByOne(printed)]),
) as unknown as Writes
let connection: Connection | undefined

/** Of a compiled query only its text and its parameters are needed to run it. */
function oneByOne(printed: Printed): RowsStatement<unknown> {
  return (rows) => rows.map((_, index) => fill(printed, rows, index) as CompiledQuery)
}

function follow(order: WriteOrder): Outcome {
  if (order.kind === 'close') {
    connection?.close()
    return { rows: [], changes: 0 }
  }
  connection ??= openConnection(settings)
  if (order.kind === 'query') return connection.query(order.query)
  const isWaived = order.batches.every(costsNothing)
  const rows = connection.transact(writeBatches(writes, order.batches), isWaived)
  return { rows, changes: 0 }
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
