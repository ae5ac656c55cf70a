import type { EmulatorKit } from '../shared/emulator.ts'
import { gptImage2Tokens } from '../shared/openai-images/gpt-image-2-tokens.ts'
import type { PriceLine } from './sandbox-catalog.ts'
import type { PictureRequest } from './sandbox-request.ts'

/** What further megapixels cost, where the feed's lines do not tell (as of `prices.json`). */
const FURTHER_NANO: { readonly [slug: string]: bigint } = {
  'black-forest-labs/flux.2-pro': 15_000_000n,
  'black-forest-labs/flux.2-max': 30_000_000n,
  'black-forest-labs/flux.2-klein-4b': 1_000_000n,
}
/** An input megapixel of Klein, which has no line. */
const KLEIN_INPUT_NANO = 1_000_000n
/** Words in and out of Google's models, which have no lines. */
const GOOGLE_TEXT_NANO: { readonly [slug: string]: readonly [input: bigint, output: bigint] } = {
  'google/gemini-nano-banana-2.1': [1_500n, 7_500n],
  'google/gemini-3-pro-image': [2_000n, 12_000n],
}
const PREVIEW_TOKENS = 100
const MEGAPIXEL = 2 ** 20

/** What a call used and cost. */
export interface CallCost {
  readonly nano: bigint
  readonly text: number
  readonly image: number
  readonly imageOut: number
  readonly thoughts: number
}

/** Adds up what a call of so many pictures costs, by the lines of the model's suppliers. */
export function costOf(
  asked: PictureRequest,
  count: number,
  previews: number,
  kit: EmulatorKit,
): CallCost {
  const [output] = asked.found.lines.filter(({ billable }) => billable === 'output_image')
  const text = Math.ceil(Buffer.byteLength(asked.prompt) / 4)
  const none = { text, image: 0, imageOut: 0, thoughts: 0 }
  switch (output?.unit) {
    case 'token':
      return tokenCost(asked, count, previews, { text, hash: kit.hash(asked.prompt) })
    case 'megapixel':
      return { ...none, nano: BigInt(count) * megapixelNano(asked, output.nano) }
    default:
      return { ...none, nano: BigInt(count) * imageNano(asked) }
  }
}

const rateOf = (asked: PictureRequest, billable: PriceLine['billable']): bigint =>
  asked.found.lines.find((line) => line.billable === billable)?.nano ?? 0n

function tokenCost(
  asked: PictureRequest,
  count: number,
  previews: number,
  { text, hash }: { readonly text: number; readonly hash: number },
): CallCost {
  const { slug } = asked.found
  const google = GOOGLE_TEXT_NANO[slug]
  const image = asked.inputs.length * (google === undefined ? 600 + (hash % 800) : 560)
  const imageOut = count * pictureTokens(asked) + previews * PREVIEW_TOKENS
  const thoughts = google === undefined ? 0 : 100 + (hash % 400)
  const [textIn, textOut] = google ?? [rateOf(asked, 'input_text'), 0n]
  const nano =
    BigInt(text) * textIn +
    BigInt(image) * rateOf(asked, 'input_image') +
    BigInt(imageOut) * rateOf(asked, 'output_image') +
    BigInt(thoughts) * textOut
  return { nano, text, image, imageOut, thoughts }
}

function pictureTokens({ found, quality, size, resolution }: PictureRequest): number {
  if (found.slug === 'openai/gpt-image-2') return gptImage2Tokens(quality, size) ?? 0
  const isPro = found.slug === 'google/gemini-3-pro-image'
  if (resolution === '4K') return isPro ? 2_000 : 2_520
  return resolution === '2K' && !isPro ? 1_680 : 1_120
}

/** The first megapixel has one price, each further one and each of the inputs another. */
function megapixelNano(asked: PictureRequest, first: bigint): bigint {
  const { found, size, inputs } = asked
  const megapixels = (width: number, height: number): bigint =>
    BigInt(Math.max(1, Math.ceil((width * height) / MEGAPIXEL)))
  const isKlein = found.slug === 'black-forest-labs/flux.2-klein-4b'
  const input = isKlein ? KLEIN_INPUT_NANO : rateOf(asked, 'input_image')
  const inputTotal = inputs.reduce((sum, { width, height }) => sum + megapixels(width, height), 0n)
  const further = megapixels(size.width, size.height) - 1n
  return first + further * (FURTHER_NANO[found.slug] ?? first) + inputTotal * input
}

/** One picture by the line of its resolution, with what was given for it. */
function imageNano(asked: PictureRequest): bigint {
  const { found, resolution, inputs, fonts } = asked
  const outputs = found.lines.filter(({ billable }) => billable === 'output_image')
  const listed =
    outputs.find(({ variant }) => variant?.toUpperCase() === resolution) ??
    outputs.find(({ variant }) => variant === undefined)
  const reference = rateOf(asked, 'input_reference') + rateOf(asked, 'input_image')
  return (
    (listed?.nano ?? 0n) +
    BigInt(inputs.length) * reference +
    BigInt(fonts) * rateOf(asked, 'input_font')
  )
}
