import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest, Fault } from '../shared/emulator.ts'
import { badArgument } from './sandbox-errors.ts'
import { earlyFault } from './sandbox-faults.ts'
import { type EmulatedModel, pixelsOf } from './sandbox-models.ts'

/*
 * Imagen's `:predict`, as it was spoken until its models were shut down: history, for sandboxes
 * whose clock stands before that day.
 */

/** Nano-dollars of one picture (Vertex AI price page as copied by LiteLLM, 2026-08-01). */
const PICTURE_NANO: { readonly [kind: string]: bigint } = {
  fast: 20_000_000n,
  generate: 40_000_000n,
  capability: 40_000_000n,
  ultra: 60_000_000n,
}

/** Parameters of `:predict` (ai.google.dev, Imagen, as of 2026-06). */
const PARAMETERS = [
  'sampleCount',
  'aspectRatio',
  'sampleImageSize',
  'imageSize',
  'personGeneration',
  'safetySetting',
  'addWatermark',
  'seed',
  'negativePrompt',
  'enhancePrompt',
  'includeRaiReason',
  'outputOptions',
  'language',
  'editMode',
  'editConfig',
]

/** A request that Imagen would accept. */
interface PredictRequest {
  readonly prompt: string
  readonly count: number
  readonly aspect: string
  readonly imageSize: string
  readonly format: 'png' | 'jpeg'
  readonly seed: number | undefined
  readonly givesReasons: boolean
}

/** Answers `:predict`. A filtered picture is missing, or only its reason is there; it is free. */
export async function predict(
  request: EmulatorRequest,
  body: Record<string, unknown>,
  { model, aspects }: EmulatedModel,
  kit: EmulatorKit,
): Promise<EmulatorAnswer> {
  const read = readPredict(body, aspects, model.operations.includes('edit'))
  if (!read.ok) return read.refusal
  const asked = read.value
  const fault = kit.fault(request, asked.prompt)
  const early = earlyFault(fault, model.id, 'predict')
  if (early !== undefined) return early
  await kit.latency(model.typicalSeconds, request.signal)
  const isFiltered = fault === 'moderate-output' || fault === 'moderate-input'
  const made = isFiltered || fault === 'empty' ? 0 : asked.count - (fault === 'wrong-count' ? 1 : 0)
  const kind = /fast|ultra|capability/.exec(model.id)?.[0] ?? 'generate'
  const requestId = kit.hexId(22)
  const dollars = dollarsFromNano((PICTURE_NANO[kind] ?? 0n) * BigInt(made))
  if (made > 0) kit.bill({ model: model.id, images: made, dollars, requestId })
  const pictures = await Promise.all(
    Array.from({ length: made }, (_, index) => draw(asked, requestId, index, fault, kit)),
  )
  const reason =
    'Unable to show generated images. All images were filtered out because they violated our ' +
    'usage guidelines. Support codes: 39322892'
  const filtered = isFiltered && asked.givesReasons ? [{ raiFilteredReason: reason }] : []
  const predictions = [
    ...pictures.map((bytes) => ({
      bytesBase64Encoded: Buffer.from(bytes).toString('base64'),
      mimeType: `image/${asked.format}`,
    })),
    ...filtered,
  ]
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(predictions.length === 0 ? {} : { predictions }),
  }
}

function draw(
  asked: PredictRequest,
  requestId: string,
  index: number,
  fault: Fault | undefined,
  kit: EmulatorKit,
): Promise<Uint8Array> {
  const seed = asked.seed === undefined ? kit.hash(requestId) : asked.seed
  return kit.draw({
    ...pixelsOf(asked.aspect, asked.imageSize),
    prompt: asked.prompt,
    seed: seed + index,
    format: asked.format,
    ...(fault === 'blank' ? { blank: true } : {}),
  })
}

function readPredict(
  body: Record<string, unknown>,
  aspects: readonly string[],
  isEdit: boolean,
): Result<PredictRequest, EmulatorAnswer> {
  const instances = Array.isArray(body.instances) ? body.instances.filter(isObject) : []
  const [instance] = instances
  const values = isObject(body.parameters) ? body.parameters : {}
  const prompt = instance?.prompt
  if (typeof prompt !== 'string') return refused(badArgument('Text prompt cannot be empty.'))
  const flaw =
    flawOfParameters(values, aspects) ?? (isEdit ? flawOfReferences(instance) : undefined)
  if (flaw !== undefined) return refused(badArgument(flaw))
  const output = isObject(values.outputOptions) ? values.outputOptions : {}
  return ok({
    prompt,
    count: Number(values.sampleCount ?? 1),
    aspect: String(values.aspectRatio ?? '1:1'),
    imageSize: String(values.sampleImageSize ?? values.imageSize ?? '1K'),
    format: output.mimeType === 'image/jpeg' ? 'jpeg' : 'png',
    seed: typeof values.seed === 'number' ? values.seed : undefined,
    givesReasons: values.includeRaiReason === true,
  })
}

function flawOfParameters(
  values: Record<string, unknown>,
  aspects: readonly string[],
): string | undefined {
  const unknown = Object.keys(values).find((name) => !PARAMETERS.includes(name))
  if (unknown !== undefined) return `${unknown} is not supported.`
  const { sampleCount = 1, aspectRatio = '1:1', seed, addWatermark = true } = values
  const isCount = Number.isInteger(sampleCount) && Number(sampleCount) >= 1
  if (!isCount || Number(sampleCount) > 4) return 'sampleCount must be between 1 and 4.'
  if (!aspects.includes(String(aspectRatio))) {
    return `${String(aspectRatio)} is not a supported aspect ratio. Use ${aspects.join(', ')}.`
  }
  const size = String(values.sampleImageSize ?? values.imageSize ?? '1K')
  if (!['1K', '2K'].includes(size)) return `${size} is not a supported image size.`
  if (seed !== undefined && addWatermark !== false) {
    return 'Seed is not supported when watermark is enabled.'
  }
  return undefined
}

/** An edit needs the picture to edit; a mask may come with it. */
function flawOfReferences(instance: Record<string, unknown> | undefined): string | undefined {
  const list = instance?.referenceImages
  const references = Array.isArray(list) ? list.filter(isObject) : []
  const raw = references.find(({ referenceType }) => referenceType === 'REFERENCE_TYPE_RAW')
  const image = isObject(raw?.referenceImage) ? raw.referenceImage.bytesBase64Encoded : undefined
  const bytes = Buffer.from(typeof image === 'string' ? image : '', 'base64')
  return readImageHeader(bytes) === undefined ? 'A raw reference image is required.' : undefined
}
