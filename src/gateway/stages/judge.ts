import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { outputFault } from '../../core/catalog/output-fault.ts'
import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isBlank, isSuspiciouslySmall } from '../../core/quality/blank.ts'
import { checkStructure } from '../../core/quality/image-header.ts'
import type { Dependencies } from '../dependencies.ts'
import type { ReadyImage } from '../run.ts'
import type { SettledAttempt } from './settle.ts'

/** A verdict on each picture of an attempt. */
export interface JudgedAttempt extends SettledAttempt {
  readonly good: readonly Required<ReadyImage>[]
  readonly refused: readonly (Required<ReadyImage> & { readonly failure: ProviderFailure })[]
}

/**
 * Checks what a provider calls a picture: its format, its size, complete to the trailer, and not
 * the same as another one of this answer. Reads header and chunk structure only; pixels are
 * decoded, in a worker, when so few bytes hold so many pixels that it may be blank.
 * @param shown digests of the pictures of the whole answer, which other calls add to meanwhile.
 */
export async function judge(
  settled: SettledAttempt,
  shown: Set<string>,
  deps: Dependencies,
): Promise<JudgedAttempt> {
  const good: Required<ReadyImage>[] = []
  const refused: (Required<ReadyImage> & { failure: ProviderFailure })[] = []
  for (const image of settled.kept) {
    const { digest } = image.record
    const isTwin = shown.has(digest)
    shown.add(digest)
    const fault = isTwin ? 'the same picture twice' : await findFault(image, settled.plan, deps)
    if (fault === undefined) good.push(image)
    else refused.push({ ...image, failure: failure('bad_image', fault) })
  }
  return { ...settled, good, refused }
}

async function findFault(
  { record, bytes }: Required<ReadyImage>,
  plan: CallPlan,
  deps: Dependencies,
): Promise<string | undefined> {
  const structure = checkStructure(bytes)
  if (!structure.ok) return structure.reason
  const fault = outputFault(structure.header, plan)
  if (fault !== undefined) return fault
  if (!isSuspiciouslySmall(record)) return undefined
  try {
    const grey = await deps.decoder.grey(bytes)
    return isBlank(grey.pixels) ? 'a blank picture' : undefined
  } catch (error) {
    deps.log.warn({ imageId: record.id, error }, 'picture could not be decoded')
    return 'a picture that cannot be decoded'
  }
}
