import { sql } from 'kysely'
import type { SimilarPrompt, SimilarPromptStore } from '../../ports/similar-prompts.ts'
import type { SimilarPromptRow } from './cache-tables.ts'
import { toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { statement } from './statement.ts'

interface ListValues {
  readonly partition: string
  readonly lens: string
  readonly at: bigint
  readonly key: string
  readonly limit: number
}

/** Prompts with their vectors. */
export function similarPromptStore(engine: Engine): SimilarPromptStore {
  const { kysely } = engine
  // Every look-up asks what came since the last one.
  const listBy = statement<ListValues, SimilarPromptRow>(
    { partition: 'text', lens: 'text', at: 'bigint', key: 'text', limit: 'bigint' },
    ({ partition, lens, at, key, limit }) =>
      kysely
        .selectFrom('similar_prompts')
        .selectAll()
        .where('partition_key', '=', partition)
        .where('lens', '=', lens)
        .where('created_at', '>=', at)
        .where((eb) => eb.or([eb('created_at', '>', at), eb('reuse_key', '>', key)]))
        .orderBy('created_at')
        .orderBy('reuse_key')
        .limit(sql<number>`cast(${limit} as bigint)`),
  )
  return {
    async put(prompt) {
      const row = toRow(prompt)
      await run(
        engine,
        kysely
          .insertInto('similar_prompts')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .columns(['partition_key', 'lens', 'reuse_key'])
              .doUpdateSet({ expires_at: row.expires_at })
              .where('similar_prompts.expires_at', '<', row.expires_at),
          ),
      )
    },
    async list({ partition, lens, after, limit }) {
      const at = toMilliseconds(after.createdAt)
      const query = listBy({ partition, lens: toText(lens), at, key: after.key, limit })
      return (await engine.execute(query)).rows.map(fromRow)
    },
    async promptOf({ partition, lens, key }) {
      const query = kysely
        .selectFrom('similar_prompts')
        .select('prompt')
        .where('partition_key', '=', partition)
        .where('lens', '=', toText(lens))
        .where('reuse_key', '=', key)
      return (await run(engine, query)).rows[0]?.prompt
    },
    async purge(now, limit) {
      const key = ['partition_key', 'lens', 'reuse_key'] as const
      const query = kysely
        .deleteFrom('similar_prompts')
        .where((eb) =>
          eb(
            eb.refTuple(...key),
            'in',
            eb
              .selectFrom('similar_prompts as expired')
              .select(['expired.partition_key', 'expired.lens', 'expired.reuse_key'])
              .where('expired.expires_at', '<=', toMilliseconds(now))
              .orderBy('expired.expires_at')
              .limit(limit)
              .$asTuple('partition_key', 'lens', 'reuse_key'),
          ),
        )
      return (await run(engine, query)).changes
    },
  }
}

const toRow = (prompt: SimilarPrompt): SimilarPromptRow => ({
  partition_key: prompt.partition,
  lens: toText(prompt.lens),
  reuse_key: prompt.key,
  prompt: toText(prompt.prompt),
  vector: Buffer.from(
    prompt.vector.buffer,
    prompt.vector.byteOffset,
    prompt.vector.length,
  ).toString('base64'),
  created_at: toMilliseconds(prompt.createdAt),
  expires_at: toMilliseconds(prompt.expiresAt),
})

const fromRow = (row: SimilarPromptRow): SimilarPrompt => ({
  partition: row.partition_key,
  lens: row.lens,
  key: row.reuse_key,
  prompt: row.prompt,
  vector: new Int8Array(Buffer.from(row.vector, 'base64')),
  createdAt: Number(row.created_at),
  expiresAt: Number(row.expires_at),
})
