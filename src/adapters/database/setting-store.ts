import type { SettingStore } from '../../ports/stores.ts'
import { type Engine, run } from './engine.ts'

/** Small settings that all replicas share. The first to write one decides. */
export function settingStore(engine: Engine): SettingStore {
  const { kysely } = engine
  const read = async (name: string): Promise<string | undefined> => {
    const query = kysely.selectFrom('settings').select('value').where('name', '=', name)
    const { rows } = await run(engine, query)
    return rows[0]?.value
  }
  return {
    get: read,
    async getOrCreate(name, initial) {
      const stored = await read(name)
      if (stored !== undefined) return stored
      await run(
        engine,
        kysely
          .insertInto('settings')
          .values({ name, value: initial })
          .onConflict((conflict) => conflict.column('name').doNothing()),
      )
      const first = await read(name)
      if (first === undefined) throw new Error(`setting ${name} was removed while it was read`)
      return first
    },
  }
}
