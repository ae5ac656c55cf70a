import { sql } from 'kysely'
import { type Experiment, noOutcomes } from '../../core/experiments/experiment.ts'
import type { ExperimentStore } from '../../ports/experiment-store.ts'
import { toMilliseconds, toText } from './columns.ts'
import { type Engine, run } from './engine.ts'

/** Experiments, and what became of the requests that took part. */
export function experimentStore(engine: Engine): ExperimentStore {
  const { kysely } = engine
  return {
    async list() {
      const query = kysely.selectFrom('experiments').selectAll().orderBy('id')
      return (await run(engine, query)).rows.map(
        ({ id, terms, started_at, stopped_at }): Experiment => ({
          ...(JSON.parse(terms) as Omit<Experiment, 'id' | 'startedAt' | 'stoppedAt'>),
          ...{ id, startedAt: Number(started_at) },
          ...(stopped_at === null ? {} : { stoppedAt: Number(stopped_at) }),
        }),
      )
    },
    async start({ id, startedAt, ...terms }) {
      const started = { started_at: toMilliseconds(startedAt), stopped_at: null }
      const row = { id, terms: toText(JSON.stringify(terms)), ...started }
      await run(engine, kysely.insertInto('experiments').values(row))
    },
    async stop(id, at) {
      const query = kysely
        .updateTable('experiments')
        .set({ stopped_at: toMilliseconds(at) })
        .where('id', '=', id)
        .where('stopped_at', 'is', null)
      return (await run(engine, query)).changes > 0
    },
    async outcomes(id) {
      const { rows } = await run(engine, kysely.selectFrom(outcomesOf(engine, id)).selectAll())
      const counted = rows.map(({ arm, requests, judged, accepted, judged_nano }) => [
        arm,
        {
          ...{ requests: Number(requests), judged: Number(judged), accepted: Number(accepted) },
          judgedNano: BigInt(judged_nano),
        },
      ])
      return { a: noOutcomes, b: noOutcomes, ...Object.fromEntries(counted) }
    },
  }
}

/** A judged request is accepted when somebody accepts one of its pictures. */
function outcomesOf({ kysely }: Engine, id: string) {
  const verdicts = kysely
    .selectFrom('experiment_requests as part')
    .innerJoin('images', 'images.request_id', 'part.request_id')
    .innerJoin('verdicts', 'verdicts.image_id', 'images.id')
    .where('part.experiment_id', '=', id)
    .groupBy('part.request_id')
    .select('part.request_id')
    .select((eb) => eb.fn.max<bigint>('verdicts.is_accepted').as('is_accepted'))
    .as('said')
  const whenJudged = sql<bigint>`case when said.is_accepted is null then 0
    else requests.cost_nano end`
  return kysely
    .selectFrom('experiment_requests as taking')
    .innerJoin('requests', 'requests.id', 'taking.request_id')
    .leftJoin(verdicts, 'said.request_id', 'taking.request_id')
    .where('taking.experiment_id', '=', id)
    .groupBy('taking.arm')
    .select('taking.arm')
    .select((eb) => [
      eb.fn.countAll<bigint>().as('requests'),
      eb.fn.count<bigint>('said.is_accepted').as('judged'),
      sql<bigint>`cast(coalesce(sum(said.is_accepted), 0) as bigint)`.as('accepted'),
      sql<bigint>`cast(sum(${whenJudged}) as bigint)`.as('judged_nano'),
    ])
    .as('outcomes')
}
