import type { Stores } from '../ports/stores.ts'

/** Opens stores on a database of their own, empty and gone afterwards. */
export type OpenStores = () => Promise<Stores>

/** Lends freshly opened stores to one test and closes them, also when it fails. */
export async function withStores(
  open: OpenStores,
  use: (stores: Stores) => Promise<void>,
): Promise<void> {
  const stores = await open()
  try {
    await use(stores)
  } finally {
    await stores.close()
  }
}
