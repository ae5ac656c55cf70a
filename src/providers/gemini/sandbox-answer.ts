import type { EmulatorKit, Fault } from '../shared/emulator.ts'
import type { CallTokens } from './sandbox-bill.ts'
import { pixelsOf } from './sandbox-models.ts'
import type { ContentRequest } from './sandbox-request.ts'

/** Share of a truncated picture that arrives. */
const TRUNCATED_SHARE = 0.6
/** Drafts that a model makes while thinking; Google says up to two. */
const DRAFTS = 2

/** One call on its way: what was asked, what it takes and what goes wrong. */
export interface Work {
  readonly asked: ContentRequest
  readonly tokens: CallTokens
  readonly fault: Fault | undefined
  readonly kit: EmulatorKit
  readonly responseId: string
}

type Part = Readonly<Record<string, unknown>>

/** What a call ends with. */
interface Ending {
  readonly parts: readonly Part[]
  readonly finishReason: string
}

/** The finished picture and its words, or what a fault makes of them. */
export async function endingOf(work: Work): Promise<Ending> {
  const { asked, fault, tokens } = work
  if (fault === 'moderate-output') return { parts: [], finishReason: 'IMAGE_SAFETY' }
  const words = { text: 'Here is your picture, emulated by the sandbox.' }
  if (fault === 'empty' || !asked.wantsImage) return { parts: [words], finishReason: 'STOP' }
  const spent = tokens.imageOut + tokens.thoughts + tokens.textOut
  if (spent > asked.mostOutputTokens) return { parts: [], finishReason: 'MAX_TOKENS' }
  const picture = await drawPart(work, {})
  const parts = asked.wantsText ? [words, picture] : [picture]
  return { parts, finishReason: 'STOP' }
}

/** A picture as a part of the content; the thoughts of a model are marked. */
async function drawPart(
  { asked, fault, kit, responseId }: Work,
  { coarseness }: { readonly coarseness?: number },
): Promise<Part> {
  const isDraft = coarseness !== undefined
  const aspect = fault === 'wrong-size' ? (asked.aspect === '16:9' ? '1:1' : '16:9') : asked.aspect
  const picture = await kit.draw({
    ...pixelsOf(aspect, isDraft ? '512' : asked.imageSize),
    prompt: asked.prompt,
    seed: kit.hash(`${asked.subject.model.id} ${asked.prompt} ${responseId}`),
    format: 'png',
    ...(isDraft ? { coarseness } : {}),
    ...(fault === 'blank' ? { blank: true } : {}),
  })
  const end = fault === 'truncated' ? Math.floor(picture.length * TRUNCATED_SHARE) : picture.length
  const isText = fault === 'not-an-image' && !isDraft
  const bytes = isText ? Buffer.from('This is text, no picture.') : picture.subarray(0, end)
  const data = Buffer.from(bytes).toString('base64')
  return {
    inlineData: { mimeType: 'image/png', data },
    ...(isDraft ? { thought: true } : { thoughtSignature: 'c2FuZGJveA==' }),
  }
}

/** Counts of a call as Google prints them. */
function usageOf({ tokens }: Work, ending: Ending) {
  const { text, image, imageOut, textOut, thoughts } = tokens
  const hasText = textOut > 0
  const isBlocked = ending.finishReason === 'MAX_TOKENS'
  const output = imageOut + textOut
  return {
    promptTokenCount: text + image,
    candidatesTokenCount: output,
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    totalTokenCount: text + image + output + thoughts,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: text },
      ...(image > 0 ? [{ modality: 'IMAGE', tokenCount: image }] : []),
    ],
    candidatesTokensDetails: [
      ...(imageOut > 0 ? [{ modality: 'IMAGE', tokenCount: imageOut }] : []),
      ...(hasText ? [{ modality: 'TEXT', tokenCount: textOut }] : []),
    ],
    serviceTier: 'standard',
    ...(isBlocked ? {} : { trafficType: 'ON_DEMAND' }),
  }
}

/** The body of a plain answer, or of the last chunk of a stream. */
export function printAnswer(work: Work, ending: Ending): object {
  const { tokens, asked } = work
  const queries = Array.from({ length: tokens.searches }, (_, index) => `sandbox search ${index}`)
  return {
    candidates: [
      {
        content: { role: 'model', parts: ending.parts },
        finishReason: ending.finishReason,
        index: 0,
        ...(ending.finishReason === 'IMAGE_SAFETY'
          ? { finishMessage: 'Unable to show the generated image. It may violate our policies.' }
          : {}),
        ...(queries.length === 0 ? {} : { groundingMetadata: { webSearchQueries: queries } }),
      },
    ],
    usageMetadata: usageOf(work, ending),
    modelVersion: asked.subject.model.id,
    responseId: work.responseId,
  }
}

/** A prompt that is refused before any work. */
export const printBlocked = (work: Pick<Work, 'tokens' | 'responseId' | 'asked'>): object => ({
  promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
  usageMetadata: {
    promptTokenCount: work.tokens.text + work.tokens.image,
    totalTokenCount: work.tokens.text + work.tokens.image,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: work.tokens.text + work.tokens.image }],
  },
  modelVersion: work.asked.subject.model.id,
  responseId: work.responseId,
})

/** Drafts, if they are asked for; then the picture; then, in a chunk of its own, the end. */
export async function* streamChunks(work: Work): AsyncGenerator<object> {
  const { asked, tokens } = work
  const facts = { modelVersion: asked.subject.model.id, responseId: work.responseId }
  const chunkOf = (parts: readonly Part[]) => ({
    candidates: [{ content: { role: 'model', parts }, index: 0 }],
    usageMetadata: {
      promptTokenCount: tokens.text + tokens.image,
      totalTokenCount: tokens.text + tokens.image,
    },
    ...facts,
  })
  if (asked.wantsThoughts) {
    yield chunkOf([{ text: 'I think about the picture.', thought: true }])
    for (let left = DRAFTS; left > 0; left -= 1) {
      yield chunkOf([await drawPart({ ...work, fault: undefined }, { coarseness: left })])
    }
  }
  const ending = await endingOf(work)
  for (const part of ending.parts) yield chunkOf([part])
  yield printAnswer(work, { ...ending, parts: [{ text: '' }] })
}
