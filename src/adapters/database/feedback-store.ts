import { sql } from 'kysely'
import type { Verdict } from '../../core/feedback/verdict.ts'
import type { JudgedNote } from '../../core/quality/labelled-scores.ts'
import type { QualityNote } from '../../core/quality/quality-note.ts'
import type { FeedbackStore } from '../../ports/feedback-store.ts'
import { toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'
import type { VerdictRow } from './verdict-row.ts'

/** Verdicts, with what they do to the cache. */
export function feedbackStore(engine: Engine): FeedbackStore {
  const { kysely } = engine
  const ofImage = async (imageId: string): Promise<readonly VerdictRow[]> => {
    const query = kysely
      .selectFrom('verdicts')
      .selectAll()
      .where('image_id', '=', imageId)
      .orderBy('at')
      .orderBy('rater')
    return (await run(engine, query)).rows
  }
  return {
    async put(verdict, sharers = [verdict.tenant]) {
      const before = (await ofImage(verdict.imageId)).find(({ rater }) => rater === verdict.rater)
      const row = toRow(verdict)
      const { is_accepted, score, reason, at } = row
      await run(
        engine,
        kysely
          .insertInto('verdicts')
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(['image_id', 'rater']).doUpdateSet({ is_accepted, score, reason, at }),
          ),
      )
      if (!verdict.isAccepted) {
        // Also what was scaled or converted from it: those share its original.
        const alike = kysely
          .selectFrom('images')
          .select('images.id')
          .where('images.original_digest', 'in', (inner) =>
            inner
              .selectFrom('images as rejected')
              .select('rejected.original_digest')
              .where('rejected.id', '=', verdict.imageId),
          )
          .where('images.tenant', 'in', sharers.map(toText))
        await run(engine, kysely.deleteFrom('cache_entries').where('image_id', 'in', alike))
      }
      return before === undefined ? undefined : fromRow(before)
    },
    ofImage: async (imageId) => (await ofImage(imageId)).map(fromRow),
    judgedNotes: (query) => judgedNotes(engine, query),
    async count({ from, to, book, stretchMs }) {
      const start = toMilliseconds(from)
      const stretch = sql<bigint>`(verdicts.at - ${start}) / ${toMilliseconds(stretchMs)}`
      const query = kysely
        .selectFrom('verdicts')
        .innerJoin('images', 'images.id', 'verdicts.image_id')
        .innerJoin('requests', 'requests.id', 'verdicts.request_id')
        .where('verdicts.at', '>=', start)
        .where('verdicts.at', '<', toMilliseconds(to))
        .where('requests.book', '=', book)
        .select([stretch.as('stretch'), 'images.provider', 'requests.purpose'])
        .select((eb) => [
          eb.fn.countAll<bigint>().as('judged'),
          eb.fn.sum<bigint>('verdicts.is_accepted').as('accepted'),
        ])
        .groupBy(['stretch', 'images.provider', 'requests.purpose'])
      const { rows } = await run(engine, query)
      return rows.map((row) => ({
        ...{ provider: row.provider, purpose: row.purpose, stretch: Number(row.stretch) },
        ...{ judged: Number(row.judged), accepted: Number(row.accepted) },
      }))
    },
  }
}

async function judgedNotes(
  engine: Engine,
  { purpose, book, limit }: Parameters<FeedbackStore['judgedNotes']>[0],
): Promise<readonly JudgedNote[]> {
  const query = engine.kysely
    .selectFrom('verdicts')
    .innerJoin('images', 'images.id', 'verdicts.image_id')
    .innerJoin('requests', 'requests.id', 'verdicts.request_id')
    .where('requests.purpose', '=', toText(purpose))
    .where('requests.book', '=', book)
    .where('images.quality_note', 'is not', null)
    .groupBy(['images.id', 'images.quality_note'])
    .select('images.quality_note')
    .select((eb) => [
      eb.fn.countAll<bigint>().as('judged'),
      eb.fn.sum<bigint>('verdicts.is_accepted').as('accepted'),
    ])
    .orderBy((eb) => eb.fn.max('verdicts.at'), 'desc')
    .orderBy('images.id')
    .limit(limit)
  return (await run(engine, query)).rows.map(({ quality_note, judged, accepted }) => ({
    quality: JSON.parse(quality_note ?? '{}') as QualityNote,
    ...{ judged: Number(judged), accepted: Number(accepted) },
  }))
}

const toRow = (verdict: Verdict): VerdictRow => ({
  image_id: verdict.imageId,
  rater: toText(verdict.rater),
  request_id: verdict.requestId,
  tenant: toText(verdict.tenant),
  is_accepted: verdict.isAccepted ? 1n : 0n,
  score: verdict.score === undefined ? null : String(verdict.score),
  reason: verdict.reason === undefined ? null : toText(verdict.reason),
  at: toMilliseconds(verdict.at),
})

const fromRow = (row: VerdictRow): Verdict => ({
  imageId: row.image_id,
  rater: row.rater,
  requestId: row.request_id,
  tenant: row.tenant,
  isAccepted: Number(row.is_accepted) === 1,
  ...(row.score === null ? {} : { score: Number(row.score) }),
  ...(row.reason === null ? {} : { reason: row.reason }),
  at: Number(row.at),
})
