import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { ImageBytes } from '../../ports/http-client.ts'

/** One answer, or one chunk of a stream, read: a candidate with its pictures and words. */
export interface Chunk {
  /** The last picture that is not a draft. */
  readonly image: ImageBytes | undefined
  /** Pictures that the model made while thinking. */
  readonly drafts: readonly ImageBytes[]
  readonly text: string
  readonly finishReason: string | undefined
  readonly finishMessage: string | undefined
  /** Why the prompt was refused. */
  readonly blockReason: string | undefined
  readonly usage: Partial<Usage>
  readonly responseId: string | undefined
}

/** Begun or made, then withheld (ai.google.dev, FinishReason, read 2026-11-20). */
const BLOCKED_OUTPUT: ReadonlySet<string> = new Set([
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'SAFETY',
  'PROHIBITED_CONTENT',
  'RECITATION',
  'IMAGE_RECITATION',
  'BLOCKLIST',
  'SPII',
])

/** Reads the body of an answer or of an event. */
export function readChunk(body: Record<string, unknown>, images: readonly ImageBytes[]): Chunk {
  const candidates = Array.isArray(body.candidates) ? body.candidates : []
  const candidate: Record<string, unknown> = isObject(candidates[0]) ? candidates[0] : {}
  const content = isObject(candidate.content) ? candidate.content : {}
  const parts = Array.isArray(content.parts) ? content.parts.filter(isObject) : []
  const pictures = parts.flatMap((part) => {
    const image = imageOf(part, images)
    return image === undefined ? [] : [{ image, isDraft: part.thought === true }]
  })
  const words = parts.flatMap(({ text, thought }) =>
    typeof text === 'string' && thought !== true ? [text] : [],
  )
  const feedback = isObject(body.promptFeedback) ? body.promptFeedback : {}
  return {
    image: pictures.findLast(({ isDraft }) => !isDraft)?.image,
    drafts: pictures.filter(({ isDraft }) => isDraft).map(({ image }) => image),
    text: words.join(''),
    finishReason: textOf(candidate.finishReason),
    finishMessage: textOf(candidate.finishMessage),
    blockReason: textOf(feedback.blockReason),
    usage: { ...fromUsage(body.usageMetadata), ...fromGrounding(candidate.groundingMetadata) },
    responseId: textOf(body.responseId),
  }
}

/** Google's JSON knows both spellings. */
function imageOf(
  part: Record<string, unknown>,
  images: readonly ImageBytes[],
): ImageBytes | undefined {
  const inline = part.inlineData ?? part.inline_data
  const marker = isObject(inline) ? inline.data : undefined
  if (!isObject(marker) || typeof marker.keeprate_image !== 'number') return undefined
  const image = images[marker.keeprate_image]
  return image === undefined || image.bytes.length === 0 ? undefined : image
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Longest excerpt of the model's words in a message of ours. */
const MAX_WORDS = 300

/** Why an answer without a picture has none. A 200 is not a success. */
export function failureOf(chunk: Chunk): ProviderFailure {
  const { blockReason, finishReason, finishMessage, text } = chunk
  if (blockReason !== undefined) {
    const message = `Google refused the prompt: ${blockReason}`
    return failure('content_policy_input', message, { providerCode: blockReason })
  }
  const words = finishMessage ?? text.trim()
  const said = words === '' ? '' : `: ${words.slice(0, MAX_WORDS)}`
  const message = `Google made no picture (${finishReason ?? 'no reason given'})${said}`
  const code = finishReason === undefined ? {} : { providerCode: finishReason }
  const isBlocked = finishReason !== undefined && BLOCKED_OUTPUT.has(finishReason)
  return failure(isBlocked ? 'content_policy_output' : 'empty', message, code)
}

/**
 * The token counts of a call. They replace the estimate as a whole. Without a split by modality all
 * output is picture: counting it as text would bill a fraction of it. What is cached is counted in
 * full, because most models have no published rate for it.
 */
function fromUsage(value: unknown): Partial<Usage> {
  if (!isObject(value)) return {}
  const prompt = countOf(value.promptTokenCount)
  if (prompt === undefined) return {}
  const imageIn = modalityOf(value.promptTokensDetails, 'IMAGE') ?? 0
  const output = countOf(value.candidatesTokenCount) ?? 0
  const text = modalityOf(value.candidatesTokensDetails, 'TEXT') ?? 0
  const imageOut = modalityOf(value.candidatesTokensDetails, 'IMAGE')
  // With a split that names no picture there was none.
  const hasSplit = Array.isArray(value.candidatesTokensDetails)
  return {
    tokens: {
      textIn: Math.max(0, prompt - imageIn),
      imageIn,
      imageOut: imageOut ?? (hasSplit ? 0 : output),
      textOut: text + (countOf(value.thoughtsTokenCount) ?? 0),
    },
  }
}

/** Tokens of one modality; undefined when the list does not name it. */
function modalityOf(details: unknown, modality: string): number | undefined {
  const rows = Array.isArray(details) ? details.filter(isObject) : []
  const counts = rows.flatMap((row) =>
    row.modality === modality ? [countOf(row.tokenCount) ?? 0] : [],
  )
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0)
}

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** Each search of a call costs a fee. */
function fromGrounding(value: unknown): Partial<Usage> {
  const queries = isObject(value) ? value.webSearchQueries : undefined
  return Array.isArray(queries) ? { searches: queries.length } : {}
}
