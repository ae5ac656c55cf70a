import type { Made } from '../../core/jobs/request-record.ts'
import { toNullable, toText } from './columns.ts'
import type { RequestRow } from './schema.ts'

/** The columns of a request that tell what its answer was made of. */
export type MadeColumns = Pick<
  RequestRow,
  'made_offer' | 'made_size' | 'made_quality' | 'made_images' | 'made_cached'
>

/** What an answer was made of, as columns. */
export const toMadeColumns = (made: Made | undefined): MadeColumns => ({
  made_offer: toNullable(made?.offer, toText),
  made_size: made?.size ?? null,
  made_quality: made?.quality ?? null,
  made_images: toNullable(made?.images, BigInt),
  made_cached: toNullable(made?.cached, BigInt),
})

/** What an answer was made of; undefined for a request that has not ended. */
export function fromMadeColumns(row: MadeColumns): Made | undefined {
  if (row.made_images === null) return undefined
  return {
    images: Number(row.made_images),
    cached: Number(row.made_cached ?? 0n),
    ...(row.made_offer === null ? {} : { offer: row.made_offer }),
    ...(row.made_size === null ? {} : { size: row.made_size }),
    ...(row.made_quality === null ? {} : { quality: row.made_quality }),
  }
}
