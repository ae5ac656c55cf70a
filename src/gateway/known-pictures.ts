import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { Stores } from '../ports/stores.ts'

/** Records that are remembered; those of a picture take about a kilobyte. */
const MOST_RECORDS = 10_000

/**
 * Records of the pictures that this process made or read lately. While the database is lost they
 * are served from here: their bytes lie elsewhere, and to look at a picture costs nothing.
 */
export class KnownPictures {
  readonly #records = new Map<string, ImageRecord>()

  /** Remembers a picture; the one that was seen longest ago is forgotten for it. */
  note(record: ImageRecord): void {
    this.#records.delete(record.id)
    this.#records.set(record.id, record)
    const [oldest] = this.#records.keys()
    if (this.#records.size > MOST_RECORDS && oldest !== undefined) this.#records.delete(oldest)
  }

  /**
   * Reads a record; what the database says counts whenever it says something.
   * @throws GatewayError `ledger_unavailable` for one that is not remembered.
   */
  async read(id: string, { stores }: { readonly stores: Pick<Stores, 'requests'> }) {
    try {
      const record = await stores.requests.image(id)
      if (record !== undefined) this.note(record)
      return record
    } catch (error) {
      const isLost = GatewayError.isInstance(error) && error.code === 'ledger_unavailable'
      const known = isLost ? this.#records.get(id) : undefined
      if (known === undefined) throw error
      return known
    }
  }
}
