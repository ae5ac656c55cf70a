import { failure, type ProviderFailure } from '../core/errors/provider-failure.ts'
import {
  differingBits,
  looksAlike,
  NEAR_PHOTO_BITS,
} from '../core/quality/measures/picture-hash.ts'
import type { PictureLook } from '../core/quality/measures/picture-look.ts'
import type { Warning } from '../core/request/image-request.ts'
import type { Dependencies } from './dependencies.ts'
import type { ReadyImage, Run } from './run.ts'

type Refused = Required<ReadyImage> & { readonly failure: ProviderFailure }

/** Pictures that are shown, and what is said of them. */
export interface TwinReport {
  readonly good: readonly Required<ReadyImage>[]
  readonly refused: readonly Refused[]
  readonly warnings: readonly Warning[]
}

/**
 * Finds pictures that hardly differ from another one of the same answer, although several different
 * ones were asked for. They are reported; or the first is refused, so that the next step of the
 * plan makes another one. What cannot be decoded now is taken to differ.
 */
export async function findTwins(
  good: readonly Required<ReadyImage>[],
  { request, shownLooks: shown }: Pick<Run, 'request' | 'shownLooks'>,
  deps: Dependencies,
): Promise<TwinReport> {
  const { decoder, log, nearDuplicates: rule = 'report' } = deps
  if (request.n < 2 || rule === 'off') return { good, refused: [], warnings: [] }
  const looks = await Promise.all(
    good.map(({ bytes, record }) =>
      decoder.look(bytes).catch((error: unknown) => {
        log.debug({ imageId: record.id, error }, 'not compared with the others')
        return undefined
      }),
    ),
  )
  const refused: Refused[] = []
  const warnings: Warning[] = []
  for (const [index, look] of looks.entries()) {
    const image = good[index]
    if (look === undefined || image === undefined) continue
    const twin = shown.looks.find(({ hash }) => looksAlike(look.hash, hash, NEAR_PHOTO_BITS))
    if (twin === undefined) {
      shown.looks.push(look)
    } else if (rule === 'replace' && !shown.hasReplaced) {
      shown.hasReplaced = true
      const words = `nearly the same as another picture (${bitsOf(look, twin)} of 256 bits differ)`
      refused.push({ ...image, failure: failure('gate_refused', words) })
    } else {
      warnings.push(warningOf(image.record.id, bitsOf(look, twin)))
    }
  }
  return { good: good.filter((image) => !refused.some(isOf(image))), refused, warnings }
}

const isOf =
  ({ record }: Required<ReadyImage>) =>
  (refused: Refused): boolean =>
    refused.record.id === record.id

const bitsOf = (one: PictureLook, other: PictureLook): number =>
  differingBits(one.hash.bits, other.hash.bits)

const warningOf = (id: string, bits: number): Warning => ({
  code: 'near_duplicate',
  param: 'n',
  message: `${id} is nearly the same as another picture (${bits} of 256 bits differ).`,
})
