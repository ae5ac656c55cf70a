import { failure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonValue } from '../../core/json.ts'
import { decimal } from '../../core/pricing/decimal.ts'
import type { TokenUsage, Usage } from '../../core/pricing/usage.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { fileParts, toForm } from '../shared/form.ts'
import { fromPictureList, missingPictures } from '../shared/openai-images/picture-list.ts'
import { type Dialect, dialectOf } from './dialects.ts'
import { failureInside } from './failures.ts'
import { acceptedOptions } from './options.ts'

/** Sent for a variation without words: these servers have no endpoint for variations. */
const VARIATION_PROMPT = 'Make a variation of this image.'

/** Prints a call: a generation as JSON, everything with an input image as a multipart form. */
export function toWire(call: ProviderCall): WireRequest {
  const dialect = dialectOf(call.model)
  const fields = toFields(call, dialect)
  if (call.operation === 'generate') {
    const body = { kind: 'json', value: Object.fromEntries(fields) } as const
    return { method: 'POST', url: '/images/generations', body }
  }
  const [one, several] = dialect.files
  const name = call.images.length > 1 ? several : one
  const url = call.operation === 'inpaint' ? dialect.inpaintPath : '/images/edits'
  return toForm(
    url,
    Object.fromEntries(fields),
    fileParts(call, () => name),
  )
}

/** Only what was asked for is sent, in the server's own words. */
function toFields(call: ProviderCall, dialect: Dialect): (readonly [string, JsonValue])[] {
  const { settings, model, operation } = call
  const format = model.wire.response_format
  const isChoice = model.formats.length > 1
  const fields: readonly (readonly [string | undefined, JsonValue | undefined])[] = [
    ['model', model.wireName ?? model.id],
    ['prompt', promptOf(call, dialect)],
    ['n', call.n],
    ['size', sizeOf(call)],
    ['quality', settings.quality],
    ['style', settings.style],
    ['background', settings.background],
    ['output_format', isChoice ? settings.format : undefined],
    ['output_compression', settings.compression],
    ['moderation', settings.moderation],
    ['input_fidelity', operation === 'generate' ? undefined : settings.inputFidelity],
    [dialect.seed, settings.seed],
    [dialect.steps, settings.steps],
    [dialect.guidance, settings.guidance],
    [barred(dialect) ? undefined : dialect.negativePrompt, settings.negativePrompt],
    ['response_format', format === 'none' || format === undefined ? undefined : format],
    ...Object.entries(acceptedOptions(call)),
  ]
  return fields.flatMap(([name, value]) =>
    name === undefined || value === undefined ? [] : [[name, value]],
  )
}

const barred = ({ negativePrompt }: Dialect): boolean => negativePrompt === '|'

function promptOf({ prompt, operation, settings }: ProviderCall, dialect: Dialect): string {
  const words = operation === 'variation' && prompt.trim() === '' ? VARIATION_PROMPT : prompt
  const { negativePrompt } = settings
  return barred(dialect) && negativePrompt !== undefined ? `${words}|${negativePrompt}` : words
}

/** Pixels; for a model that takes shapes, those that the gateway expects of its shape. */
function sizeOf({ settings, expectedSize, operation }: ProviderCall): string | undefined {
  const isGeneration = operation === 'generate'
  const isAsked = settings.aspect !== undefined || isGeneration
  const size = settings.size ?? (isAsked ? expectedSize : undefined)
  return size === undefined ? undefined : `${size.width}x${size.height}`
}

/** Reads an answer of status 2xx, in the shape of OpenAI's Images API. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const facts = { ...idOf(answer), ...costOf(answer) }
  const error = failureInside(answer)
  if (error !== undefined) return { kind: 'failed', failure: error, ...facts }
  if (!isObject(answer.json)) {
    const message = `a success with something else: ${(answer.text ?? '').trim().slice(0, 200)}`
    const details = { billed: 'unknown' } as const
    return { kind: 'failed', failure: failure('bad_image', message, details), ...facts }
  }
  const usage = tokensOf(answer.json.usage)
  const listed = fromPictureList(answer, call.n)
  const images = listed.filter(isWhole)
  if (images.length === 0) {
    const isPath = listed.length > 0
    const message = isPath
      ? 'the pictures are paths without a host: set response_format to b64_json'
      : 'a success without a picture'
    const kind = isPath ? failure('bad_image', message) : failure('empty', message)
    return { kind: 'failed', failure: kind, usage, ...facts }
  }
  const withheld = missingPictures(call.n, images.length)
  return {
    kind: 'produced',
    images,
    withheld,
    usage: { ...usage, images: images.length },
    ...facts,
  }
}

/** Nobody knows below which address a bare path lies. */
const isWhole = (image: WireImage): boolean => 'bytes' in image || URL.canParse(image.url)

const idOf = ({ headers }: HttpAnswer): { readonly providerRequestId?: string } => {
  const id = headers['x-litellm-call-id'] ?? headers['x-request-id']
  return id === undefined ? {} : { providerRequestId: id }
}

/** Plain or with an exponent, as Python prints small numbers. */
const COST = /^\d{1,9}(\.\d{1,30})?(e-?\d{1,2})?$/i

/**
 * What LiteLLM says the call cost. It says zero where it has no price, which is no report; then the
 * configured price is booked.
 */
function costOf({ headers }: HttpAnswer): { readonly reportedDollars?: string } {
  const text = headers['x-litellm-response-cost']?.trim() ?? ''
  if (!COST.test(text)) return {}
  const dollars = decimal(text)
  return dollars.gt(0) ? { reportedDollars: dollars.toFixed() } : {}
}

/**
 * Token counts in OpenAI's shape, for prices that follow a token-priced offer. They replace the
 * estimate as a whole, so without the two counts that every call has none are given.
 */
function tokensOf(value: unknown): Partial<Usage> {
  if (!isObject(value)) return {}
  const input = isObject(value.input_tokens_details) ? value.input_tokens_details : {}
  const imageIn = countOf(input.image_tokens) ?? 0
  const all = countOf(value.input_tokens)
  const textIn = countOf(input.text_tokens) ?? (all === undefined ? undefined : all - imageIn)
  const imageOut = countOf(value.output_tokens)
  if (textIn === undefined || textIn < 0 || imageOut === undefined || imageOut === 0) return {}
  const tokens: TokenUsage = { textIn, imageIn, imageOut }
  return { tokens }
}

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
