import { type Compilable, sql } from 'kysely'
import type { RequestStore } from '../../ports/stores.ts'
import { toText } from './columns.ts'
import { type Engine, run } from './engine.ts'
import { requestLeases } from './request-leases.ts'
import { fromAttemptRow, fromImageRow, fromRequestRow } from './rows.ts'
import type { ImageRow, RequestRow } from './schema.ts'
import { statement } from './statement.ts'

type ListQuery = Parameters<RequestStore['list']>[0]

interface ById {
  readonly id: string
}

/** Requests, attempts and pictures, read; and who works on them. */
export function requestStore(engine: Engine): RequestStore {
  const { kysely } = engine
  // Clients poll their jobs and fetch their pictures by these two.
  const requestBy = statement<ById, RequestRow>({ id: 'text' }, ({ id }) =>
    kysely.selectFrom('requests').selectAll().where('id', '=', id),
  )
  const imageBy = statement<ById, ImageRow>({ id: 'text' }, ({ id }) =>
    kysely.selectFrom('images').selectAll().where('id', '=', id),
  )
  return {
    async request(id) {
      const { rows } = await engine.execute(requestBy({ id }))
      return rows.map(fromRequestRow)[0]
    },
    async attempts(requestId) {
      const { rows } = await run(
        engine,
        kysely
          .selectFrom('attempts')
          .selectAll()
          .where('request_id', '=', requestId)
          .orderBy('position'),
      )
      return rows.map(fromAttemptRow)
    },
    async attempt(id) {
      const query = kysely.selectFrom('attempts').selectAll().where('id', '=', id)
      const { rows } = await run(engine, query)
      return rows.map(fromAttemptRow)[0]
    },
    async images(requestId) {
      const { rows } = await run(
        engine,
        kysely
          .selectFrom('images')
          .innerJoin('attempts', 'attempts.id', 'images.attempt_id')
          .selectAll('images')
          .where('images.request_id', '=', requestId)
          .orderBy('attempts.position')
          .orderBy('images.position'),
      )
      return rows.map(fromImageRow)
    },
    async image(id) {
      const { rows } = await engine.execute(imageBy({ id }))
      return rows.map(fromImageRow)[0]
    },
    async list(query) {
      const { rows } = await run(engine, listQuery(engine, query))
      return rows.map(fromRequestRow)
    },
    ...requestLeases(engine),
  }
}

/** Keyset paging: the page after a request begins where that request stands, at any depth. */
function listQuery({ kysely }: Engine, query: ListQuery): Compilable<RequestRow> {
  const { tenant, state, group, limit, after } = query
  const newest = kysely
    .selectFrom('requests')
    .selectAll()
    .where('tenant', '=', tenant)
    .$if(state === 'dead', (all) => all.where('dead_letter', 'is not', null))
    .$if(state !== undefined && state !== 'dead', (all) => all.where('state', '=', state ?? ''))
    .$if(group !== undefined, (all) =>
      all.where('group_name', '=', toText(group ?? '')).where(sql<boolean>`group_name <> ''`),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (after === undefined) return newest
  return newest.where((eb) =>
    eb(
      eb.refTuple('created_at', 'id'),
      '<',
      eb
        .selectFrom('requests as seen')
        .select(['seen.created_at', 'seen.id'])
        .where('seen.id', '=', after)
        .where('seen.tenant', '=', tenant)
        .$asTuple('created_at', 'id'),
    ),
  )
}
