import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../adapters/database/open-database.ts'
import { type FeedLayer, feedLayerOf } from '../core/pricebook/feed/feed-layer.ts'
import type { Settings } from './schema.ts'

/** Which database the settings mean. */
export const databaseAddress = ({ databaseUrl, home }: Settings): string =>
  databaseUrl ?? ownDatabase(home)

const ownDatabase = (home: string): string => join(home, 'keeprate.db')

/**
 * What price feeds have put in force, as the gateway of these settings wrote it down. Undefined
 * where none ran yet; a look at prices leaves no database behind.
 * @throws Error when the database cannot be opened.
 */
export async function readFeedLayer(settings: Settings): Promise<FeedLayer | undefined> {
  const isAbsent = settings.databaseUrl === undefined && !existsSync(ownDatabase(settings.home))
  if (isAbsent) return undefined
  const stores = await openDatabase(databaseAddress(settings))
  try {
    const { state } = await stores.prices.feed()
    return feedLayerOf(state)
  } finally {
    await stores.close()
  }
}
