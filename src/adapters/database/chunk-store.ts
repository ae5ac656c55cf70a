import type { Chunk, ChunkSums } from '../../core/jobs/chunk.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ChunkStore } from '../../ports/chunk-store.ts'
import type { ChunkRow } from './batch-tables.ts'
import { fromJson, toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'

/** Chunks as documents beside the columns that find them. */
export function chunkStore(engine: Engine): ChunkStore {
  const { kysely } = engine
  return {
    async write(chunk) {
      const row = toRow(chunk)
      const written = kysely
        .insertInto('batch_chunks')
        .values(row)
        .onConflict((same) =>
          same
            .column('id')
            .doUpdateSet({ document: row.document })
            .where('batch_chunks.state', '=', 'written'),
        )
      await run(engine, written)
    },
    async update(chunk) {
      const { state, document } = toRow(chunk)
      const updated = kysely
        .updateTable('batch_chunks')
        .set({ state, document })
        .where('id', '=', chunk.id)
        .where('state', '<>', 'ended')
      await run(engine, updated)
    },
    async ofBatch(batchId) {
      const found = kysely
        .selectFrom('batch_chunks')
        .selectAll()
        .where('batch_id', '=', batchId)
        .orderBy('created_at')
        .orderBy('id')
      return (await run(engine, found)).rows.map(fromRow)
    },
  }
}

/** Money is text in JSON. */
type Document = Omit<Chunk, 'id' | 'batchId' | 'state' | 'createdAt' | 'sums'> & {
  readonly sums?: Omit<ChunkSums, 'savedNano'> & { readonly savedNano: string }
}

function toRow({ id, batchId, state, createdAt, sums, ...rest }: Chunk): ChunkRow {
  const printed = sums && { sums: { ...sums, savedNano: String(sums.savedNano) } }
  const document: Document = { ...rest, ...printed }
  return {
    ...{ id, batch_id: batchId, state, created_at: toMilliseconds(createdAt) },
    document: JSON.stringify(document),
  }
}

function fromRow(row: ChunkRow): Chunk {
  const { sums, ...rest } = fromJson<JsonObject>(row.document) as unknown as Document
  return {
    ...{ ...rest, id: row.id, batchId: row.batch_id, state: row.state as Chunk['state'] },
    createdAt: Number(row.created_at),
    ...(sums === undefined ? {} : { sums: { ...sums, savedNano: BigInt(sums.savedNano) } }),
  }
}
