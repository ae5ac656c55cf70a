import type { SettingStore } from '../../ports/stores.ts'
import { type Engine, run } from './engine.ts'

/** Small settings that all replicas share. The first to write one decides. */
export function settingStore(engine: Engine): SettingStore {
  const { kysely } = engine
  return {
    async getOrCreate(name, initial) {
      await run(
        engine,
        kysely
          .insertInto('settings')
          .values({ name, value: initial })
          .onConflict((conflict) => conflict.column('name').doNothing()),
      )
      const { rows } = await run(
        engine,
        kysely.selectFrom('settings').select('value').where('name', '=', name),
      )
      const [row] = rows
      if (row === undefined) throw new Error(`setting ${name} was removed while it was read`)
      return row.value
    },
  }
}
