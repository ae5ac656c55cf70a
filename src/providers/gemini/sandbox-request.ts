import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { EmulatorAnswer } from '../shared/emulator.ts'
import { badArgument } from './sandbox-errors.ts'
import { flawOfFields } from './sandbox-fields.ts'
import type { EmulatedModel } from './sandbox-models.ts'

/** A generateContent request that Google would accept. */
export interface ContentRequest {
  readonly subject: EmulatedModel
  readonly prompt: string
  readonly inputs: readonly Uint8Array[]
  readonly aspect: string
  readonly imageSize: string
  readonly wantsText: boolean
  readonly wantsImage: boolean
  readonly thinkingLevel: string | undefined
  readonly wantsThoughts: boolean
  readonly mostOutputTokens: number
  readonly searches: boolean
}

/** Output tokens of a call without a limit of its own (LiteLLM, max_output_tokens, 2026-08-01). */
const MOST_OUTPUT_TOKENS = 32_768

type Body = Record<string, unknown>

const objectAt = (body: Body, name: string): Body => {
  const value = body[name]
  return isObject(value) ? value : {}
}

/** Checks a request as strictly as Google does; the first flaw is its answer. */
export function readContentRequest(
  body: Body,
  subject: EmulatedModel,
): Result<ContentRequest, EmulatorAnswer> {
  const flaw = flawOfFields(body)
  if (flaw !== undefined) return refused(flaw)
  const config = objectAt(body, 'generationConfig')
  const { aspectRatio, imageSize } = objectAt(config, 'imageConfig')
  const { thinkingLevel, includeThoughts } = objectAt(config, 'thinkingConfig')
  const parts = partsOf(body)
  if (!parts.ok) return parts
  const { prompt, inputs } = parts.value
  const wrong = flawOfConfig(config, subject) ?? flawOfInputs(inputs, subject)
  if (wrong !== undefined) return refused(badArgument(wrong))
  const modalities = Array.isArray(config.responseModalities) ? config.responseModalities : []
  return ok({
    subject,
    prompt,
    inputs,
    aspect: typeof aspectRatio === 'string' ? aspectRatio : shapeOf(inputs[0], subject.aspects),
    imageSize: typeof imageSize === 'string' ? imageSize : '1K',
    wantsText: modalities.length === 0 || modalities.includes('TEXT'),
    wantsImage: modalities.length === 0 || modalities.includes('IMAGE'),
    thinkingLevel: typeof thinkingLevel === 'string' ? thinkingLevel.toLowerCase() : undefined,
    wantsThoughts: includeThoughts === true,
    mostOutputTokens: Number(config.maxOutputTokens ?? MOST_OUTPUT_TOKENS),
    searches: Array.isArray(body.tools) && body.tools.length > 0,
  })
}

interface Parts {
  readonly prompt: string
  readonly inputs: readonly Uint8Array[]
}

/** The words and pictures of the last turn. */
function partsOf(body: Body): Result<Parts, EmulatorAnswer> {
  const contents = Array.isArray(body.contents) ? body.contents.filter(isObject) : []
  const last = contents.at(-1)
  if (last === undefined) {
    return refused(badArgument('* GenerateContentRequest.contents: contents is not specified'))
  }
  const parts = Array.isArray(last.parts) ? last.parts.filter(isObject) : []
  const prompt = parts.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('\n')
  const blobs = parts.flatMap(({ inlineData }) => (isObject(inlineData) ? [inlineData] : []))
  if (prompt.trim() === '' && blobs.length === 0) {
    const message = '* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.'
    return refused(badArgument(message))
  }
  const inputs: Uint8Array[] = []
  for (const { mimeType, data } of blobs) {
    if (typeof mimeType !== 'string' || !/^image\/(png|jpeg|webp|heic|heif)$/.test(mimeType)) {
      return refused(badArgument(`Unsupported MIME type: ${String(mimeType)}`))
    }
    inputs.push(Buffer.from(typeof data === 'string' ? data : '', 'base64'))
  }
  return ok({ prompt, inputs })
}

function flawOfConfig(config: Body, subject: EmulatedModel): string | undefined {
  const { aspectRatio, imageSize } = objectAt(config, 'imageConfig')
  const { thinkingLevel } = objectAt(config, 'thinkingConfig')
  const { candidateCount, maxOutputTokens } = config
  if (aspectRatio !== undefined && !subject.aspects.includes(String(aspectRatio))) {
    const listed = subject.aspects.map((aspect) => `'${aspect}'`).join(', ')
    return `Invalid aspect ratio: must be one of ${listed}.`
  }
  const sizes = subject.imageSizes.length === 0 ? ['1K'] : subject.imageSizes
  if (imageSize !== undefined && !sizes.includes(String(imageSize))) {
    return `Invalid image size: ${String(imageSize)}. Supported sizes are ${sizes.join(', ')}.`
  }
  if (candidateCount !== undefined && candidateCount !== 1) {
    return 'Multiple candidates is not enabled for this model'
  }
  const level = thinkingLevel === undefined ? undefined : String(thinkingLevel).toLowerCase()
  if (level !== undefined && !subject.thinkingLevels.includes(level)) {
    return `Thinking level ${level.toUpperCase()} is not supported for this model.`
  }
  const limit = maxOutputTokens ?? 1
  const isLimit = Number.isInteger(limit) && Number(limit) > 0 && Number(limit) <= 32_768
  return isLimit
    ? undefined
    : `Unable to submit request because it has a maxOutputTokens value of ${String(limit)} but ` +
        'the supported range is from 1 (inclusive) to 32769 (exclusive).'
}

function flawOfInputs(inputs: readonly Uint8Array[], { model }: EmulatedModel): string | undefined {
  if (inputs.length > model.maxInputImages) {
    return `Too many images: at most ${model.maxInputImages} input images are supported.`
  }
  const isUnread = inputs.some((bytes) => readImageHeader(bytes) === undefined)
  return isUnread ? 'Unable to process input image. Please retry with another image.' : undefined
}

/** Without a shape an edit keeps that of its first input picture, as near as there is one. */
function shapeOf(input: Uint8Array | undefined, aspects: readonly string[]): string {
  const header = input === undefined ? undefined : readImageHeader(input)
  if (header === undefined) return '1:1'
  const distance = (aspect: string): number =>
    Math.abs(Math.log((parseAspect(aspect) ?? 1) / (header.width / header.height)))
  return aspects.reduce((best, next) => (distance(next) < distance(best) ? next : best), '1:1')
}
