import type { Finishing } from '../../core/catalog/settings.ts'
import type { Fact, ImageRecord } from '../../core/jobs/request-record.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { Warning } from '../../core/request/image-request.ts'
import type { Dependencies } from '../dependencies.ts'
import { paidWrite } from '../paid-write.ts'
import type { EndedAttempt, ReadyImage } from '../run.ts'
import type { JudgedAttempt, RefusedImage } from './judge.ts'

/**
 * Makes good pictures servable: scaled or converted where the model could not do what was asked,
 * with the original kept. Refused ones stay stored, because they were paid, and are never served.
 * @param evidence what they teach, written with them
 */
export async function publish(
  judged: JudgedAttempt,
  evidence: readonly Fact[],
  deps: Dependencies,
): Promise<EndedAttempt> {
  const warnings: Warning[] = [...judged.warnings]
  const images = await Promise.all(
    judged.good.map((image) => finishImage(image, judged.finishing, warnings, deps)),
  )
  const refused = judged.refused.map(
    (image): RefusedImage => ({
      ...image,
      record: { ...image.record, state: 'refused', refusal: image.failure.message },
    }),
  )
  const records = [...images, ...refused].map(({ record }) => record)
  const judgements = records.map((image) => ({ kind: 'image-judged', image }) as const)
  const facts = [...judgements, ...evidence]
  const { requestId } = judged.attempt
  const written =
    facts.length === 0
      ? judged.written
      : also(judged, paidWrite({ requestId, facts, after: judged.written }, deps))
  const { outcome } = judged
  const withheld = outcome.kind === 'produced' ? outcome.withheld : [outcome.failure]
  return {
    attempt: judged.settled,
    images,
    failures: [...withheld, ...judged.refused.map(({ failure }) => failure)],
    refused: refused.filter(({ failure }) => failure.class === 'gate_refused').map(withoutFailure),
    looks: judged.looks,
    resolved: {
      ...judged.plan.settings,
      ...(outcome.kind === 'produced' ? outcome.resolved : {}),
    },
    durationMs: judged.durationMs,
    warnings,
    written,
  }
}

const withoutFailure = ({ failure: _, ...image }: RefusedImage): ReadyImage => image

const also = async (judged: JudgedAttempt, more: Promise<boolean>): Promise<boolean> => {
  const [settled, published] = await Promise.all([judged.written, more])
  return settled && published
}

/** Scales and converts a picture to what was asked for; the original stays. */
export async function finishImage(
  image: Required<ReadyImage>,
  finishing: Finishing,
  warnings: Warning[],
  deps: Dependencies,
): Promise<Required<ReadyImage>> {
  const published: ImageRecord = { ...image.record, state: 'published' }
  if (!needsFinishing(image.record, finishing)) return { ...image, record: published }
  try {
    const format = finishing.format ?? image.record.format
    const bytes = await deps.decoder.convert(image.bytes, { ...finishing, format })
    const digest = deps.sha256(bytes)
    // Where the original could not be stored, the caller gets at least what was asked for.
    if (image.isReusable) await deps.images.put(digest, bytes)
    const header = readImageHeader(bytes)
    const { width, height } = header ?? image.record
    warnings.push(...finishingWarnings(image.record, finishing, { width, height }))
    const byteLength = bytes.length
    const originalByteLength = image.record.byteLength
    const made = { digest, format, width, height, byteLength }
    const record = { ...published, ...made, originalByteLength }
    return { ...image, bytes, record }
  } catch (error) {
    deps.log.error({ imageId: image.record.id, error }, 'picture not finished')
    const { width, height, format } = image.record
    const message = `The picture is ${width}x${height} ${format}; it could not be adapted.`
    warnings.push({ code: 'image_resized', message })
    return { ...image, record: published, isReusable: false }
  }
}

/** A provider may already have made what was asked; then nothing is decoded. */
const needsFinishing = (record: ImageRecord, finishing: Finishing): boolean =>
  (finishing.resize !== undefined &&
    (finishing.resize.width !== record.width || finishing.resize.height !== record.height)) ||
  (finishing.format !== undefined && finishing.format !== record.format) ||
  finishing.compression !== undefined

function finishingWarnings(
  made: ImageRecord,
  finishing: Finishing,
  size: { readonly width: number; readonly height: number },
): Warning[] {
  const warnings: Warning[] = []
  if (finishing.resize !== undefined) {
    const message =
      `${made.provider}/${made.model} made ${made.width}x${made.height}; ` +
      `it was scaled and cropped to ${size.width}x${size.height}.`
    warnings.push({ code: 'image_resized', param: 'size', message })
  }
  if (finishing.format !== undefined && finishing.format !== made.format) {
    const message = `${made.provider}/${made.model} made ${made.format}; it was converted.`
    warnings.push({ code: 'image_converted', param: 'output_format', message })
  }
  return warnings
}
