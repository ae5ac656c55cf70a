import { sql } from 'kysely'
import type { AnswerStore } from '../../ports/answer-store.ts'
import {
  fromIdempotencyKeyRow,
  fromOwedAnswerRow,
  type IdempotencyKeyRow,
  type OwedAnswerRow,
  toOwedAnswerRow,
} from './answer-rows.ts'
import { toMilliseconds } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { statement } from './statement.ts'

/** What clients are owed. Every request asks for equal ones, so that question is compiled once. */
export function answerStore(engine: Engine): AnswerStore {
  const { kysely } = engine
  const owedBy = statement<OwedValues, OwedAnswerRow>(
    { key_id: 'text', fingerprint: 'text', now: 'bigint', limit: 'bigint' },
    ({ key_id, fingerprint, now, limit }) =>
      kysely
        .selectFrom('owed_answers')
        .selectAll()
        .where('key_id', '=', key_id)
        .where('fingerprint', '=', fingerprint)
        .where('kept_until', '>', now)
        .orderBy('request_id')
        // As an expression: SQLite would prepare the statement anew for each value of a bare one.
        .limit(sql<number>`cast(${limit} as bigint)`),
  )
  const namedBy = statement<NamedValues, IdempotencyKeyRow>(
    { key_id: 'text', name: 'text', now: 'bigint' },
    ({ key_id, name, now }) =>
      kysely
        .selectFrom('idempotency_keys')
        .selectAll()
        .where('key_id', '=', key_id)
        .where('name', '=', name)
        .where('expires_at', '>', now),
  )
  return {
    ...holding(engine),
    async owed({ keyId, fingerprint, now, limit }) {
      const values = { key_id: keyId, fingerprint, now: toMilliseconds(now), limit }
      const { rows } = await engine.execute(owedBy(values))
      return rows.map(fromOwedAnswerRow)
    },
    async named({ keyId, name, now }) {
      const values = { key_id: keyId, name, now: toMilliseconds(now) }
      const { rows } = await engine.execute(namedBy(values))
      return rows.map(fromIdempotencyKeyRow)[0]
    },
    async free({ keyId, name, requestId }) {
      await run(
        engine,
        kysely
          .deleteFrom('idempotency_keys')
          .where('key_id', '=', keyId)
          .where('name', '=', name)
          .where('request_id', '=', requestId),
      )
    },
    async purge(now, limit) {
      const answers = await run(engine, expiredAnswers(engine, toMilliseconds(now), limit))
      const names = await run(engine, expiredNames(engine, toMilliseconds(now), limit))
      return answers.changes + names.changes
    },
  }
}

/** Who waits for an answer, and how long it is kept. */
function holding(engine: Engine): Pick<AnswerStore, 'take' | 'offer' | 'renew' | 'keepUntil'> {
  const { kysely } = engine
  return {
    async take({ answer, holder, now, heldUntil }) {
      const { key_id, fingerprint, request_id } = toOwedAnswerRow(answer)
      const { changes } = await run(
        engine,
        kysely
          .updateTable('owed_answers')
          .set({ holder, held_until: toMilliseconds(heldUntil) })
          .where((where) => where.and({ key_id, fingerprint, request_id }))
          .where('kept_until', '>', toMilliseconds(now))
          .where((where) =>
            where.or([where('holder', 'is', null), where('held_until', '<=', toMilliseconds(now))]),
          ),
      )
      return changes === 1
    },
    async offer(answer, keptUntil) {
      const row: OwedAnswerRow = {
        ...toOwedAnswerRow(answer),
        holder: null,
        kept_until: toMilliseconds(keptUntil),
      }
      await run(
        engine,
        kysely
          .insertInto('owed_answers')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .columns(['key_id', 'fingerprint', 'request_id'])
              .doUpdateSet({ holder: null, kept_until: row.kept_until }),
          ),
      )
    },
    async renew({ holder, heldUntil, keptUntil }) {
      await run(
        engine,
        kysely
          .updateTable('owed_answers')
          .set({ held_until: toMilliseconds(heldUntil), kept_until: toMilliseconds(keptUntil) })
          .where('holder', '=', holder)
          // A renewal that comes late takes nothing back of a later one.
          .where('held_until', '<', toMilliseconds(heldUntil)),
      )
    },
    async keepUntil(requestId, keptUntil) {
      await run(
        engine,
        kysely
          .updateTable('owed_answers')
          .set({ kept_until: toMilliseconds(keptUntil) })
          .where('request_id', '=', requestId),
      )
    },
  }
}

const expiredAnswers = ({ kysely }: Engine, now: bigint, limit: number) =>
  kysely
    .deleteFrom('owed_answers')
    .where((where) =>
      where(
        where.refTuple('key_id', 'fingerprint', 'request_id'),
        'in',
        where
          .selectFrom('owed_answers as expired')
          .select(['expired.key_id', 'expired.fingerprint', 'expired.request_id'])
          .where('expired.kept_until', '<=', now)
          .limit(limit)
          .$asTuple('key_id', 'fingerprint', 'request_id'),
      ),
    )

const expiredNames = ({ kysely }: Engine, now: bigint, limit: number) =>
  kysely
    .deleteFrom('idempotency_keys')
    .where((where) =>
      where(
        where.refTuple('key_id', 'name'),
        'in',
        where
          .selectFrom('idempotency_keys as expired')
          .select(['expired.key_id', 'expired.name'])
          .where('expired.expires_at', '<=', now)
          .orderBy('expired.expires_at')
          .limit(limit)
          .$asTuple('key_id', 'name'),
      ),
    )

interface OwedValues {
  readonly key_id: string
  readonly fingerprint: string
  readonly now: bigint
  readonly limit: number
}

interface NamedValues {
  readonly key_id: string
  readonly name: string
  readonly now: bigint
}
