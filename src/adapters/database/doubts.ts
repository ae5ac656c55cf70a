import { sql } from 'kysely'
import type { Engine } from './engine.ts'
import { MAX_FINDINGS } from './findings.ts'

/** See `LedgerStore.doubts`; each question is one statement. */
export async function findDoubts(engine: Engine, openedBefore: bigint): Promise<readonly string[]> {
  return [...(await openHolds(engine, openedBefore)), ...(await unpaidPictures(engine))]
}

interface OpenHold {
  readonly id: string
  readonly request_id: string
  readonly opened_at: bigint
  readonly state: string
}

/** Money that is put aside for nothing: nobody else can spend it. */
async function openHolds(engine: Engine, openedBefore: bigint): Promise<readonly string[]> {
  const query = sql<OpenHold>`
    select hold.id, hold.request_id, hold.opened_at, request.state
    from holds as hold join requests as request on request.id = hold.request_id
    where hold.closed_at is null and (hold.opened_at < ${openedBefore}
      or request.state in ('completed', 'failed', 'cancelled'))
    order by hold.opened_at, hold.id
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(
    ({ id, request_id, opened_at, state }) =>
      `hold ${id} is open since ${new Date(Number(opened_at)).toISOString()}, ` +
      `but request ${request_id} is ${state}`,
  )
}

/** A call that made pictures at no cost: its price was not known, or its bill is still to come. */
async function unpaidPictures(engine: Engine): Promise<readonly string[]> {
  const query = sql<{ readonly id: string; readonly offer: string }>`
    select id, offer from attempts
    where state = 'settled' and outcome = 'produced' and cost_nano <= 0
      and coalesce(made_images, 1) > 0
    order by settled_at, id
    limit ${MAX_FINDINGS}`
  const { rows } = await engine.execute(query.compile(engine.kysely), { isSlow: true })
  return rows.map(({ id, offer }) => `attempt ${id} made pictures with ${offer} at no cost`)
}
