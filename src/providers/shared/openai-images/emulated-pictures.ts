import type { EmulatorKit, EmulatorRequest, Fault } from '../emulator.ts'
import { errorBody, moderationError } from './emulated-errors.ts'
import type { ResolvedRequest } from './emulated-request.ts'
import type { CallTokens } from './emulated-tokens.ts'

/** Share of a truncated picture that arrives. */
const TRUNCATED_SHARE = 0.6

/** Draws the pictures of a call, or what a fault makes of them. Each call draws new ones. */
export async function drawAll(
  asked: ResolvedRequest,
  count: number,
  fault: Fault | undefined,
  kit: EmulatorKit,
): Promise<readonly Uint8Array[]> {
  const call = nextCall(kit)
  return Promise.all(
    Array.from({ length: count }, (_, index) => drawOne(asked, { call, index, fault, kit })),
  )
}

async function drawOne(
  asked: ResolvedRequest,
  at: {
    readonly call: number
    readonly index: number
    readonly fault: Fault | undefined
    readonly kit: EmulatorKit
    readonly coarseness?: number
  },
): Promise<Uint8Array> {
  const { fault, kit } = at
  if (fault === 'not-an-image') return Buffer.from('This is text where a picture should be.')
  const shrink = fault === 'wrong-size' ? 2 : 1
  const picture = await kit.draw({
    width: asked.size.width / shrink,
    height: asked.size.height / shrink,
    prompt: asked.prompt,
    seed: kit.hash(`${asked.model.id} ${asked.quality} ${asked.prompt} ${at.call} ${at.index}`),
    format: asked.format,
    transparent: asked.background === 'transparent',
    blank: fault === 'blank',
    ...(at.coarseness === undefined ? {} : { coarseness: at.coarseness }),
  })
  if (fault !== 'truncated') return picture
  return picture.subarray(0, Math.floor(picture.length * TRUNCATED_SHARE))
}

function nextCall(kit: EmulatorKit): number {
  const call = Number(kit.state.get('calls') ?? 0) + 1
  kit.state.set('calls', call)
  return call
}

const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

const sizeText = ({ size }: ResolvedRequest): string => `${size.width}x${size.height}`

const usageOf = ({ text, image, out }: CallTokens) => ({
  input_tokens: text + image,
  input_tokens_details: { text_tokens: text, image_tokens: image },
  output_tokens: out,
  total_tokens: text + image + out,
})

/** What an answer and each event of a stream say of the picture. */
const factsOf = (asked: ResolvedRequest) => ({
  background: asked.background === 'auto' ? 'opaque' : asked.background,
  output_format: asked.format,
  quality: asked.quality,
  size: sizeText(asked),
})

const secondsNow = (kit: EmulatorKit): number => Math.floor(kit.now() / 1_000)

/** The body of a plain answer. */
export const printPictures = (
  asked: ResolvedRequest,
  pictures: readonly Uint8Array[],
  tokens: CallTokens | undefined,
  kit: EmulatorKit,
) => ({
  created: secondsNow(kit),
  ...factsOf(asked),
  safety_identifier: asked.safetyIdentifier ?? null,
  data: pictures.map((bytes) => ({ b64_json: toBase64(bytes) })),
  ...(tokens === undefined
    ? {}
    : {
        usage: {
          ...usageOf(tokens),
          output_tokens_details: { image_tokens: tokens.out, text_tokens: 0 },
        },
      }),
})

/** Everything a stream needs beside the request. */
interface StreamPlan {
  readonly tokens: CallTokens | undefined
  readonly fault: Fault | undefined
  readonly kit: EmulatorKit
  readonly requestId: string
  readonly seconds: number
  readonly request: EmulatorRequest
}

const printEvent = (event: string, data: object): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

/** Previews from coarse to fine, then the finished pictures with the usage of the whole call. */
export async function* streamPictures(
  asked: ResolvedRequest,
  plan: StreamPlan,
): AsyncGenerator<string> {
  const { kit, fault, request } = plan
  const name = asked.kind === 'edit' ? 'image_edit' : 'image_generation'
  const steps = asked.partialImages + 1
  const call = nextCall(kit)
  for (let index = 0; index < asked.partialImages; index += 1) {
    await kit.latency(plan.seconds / steps, request.signal)
    const coarseness = Math.max(1, asked.partialImages - index)
    const bytes = await drawOne(asked, { call, index: 0, fault: undefined, kit, coarseness })
    const type = `${name}.partial_image`
    const created = { created_at: secondsNow(kit), partial_image_index: index }
    yield printEvent(type, { type, b64_json: toBase64(bytes), ...factsOf(asked), ...created })
  }
  await kit.latency(plan.seconds / steps, request.signal)
  if (fault === 'moderate-output' || fault === 'server-error-billed') {
    yield printEvent('error', { type: 'error', ...errorBody(streamError(fault, plan.requestId)) })
    return
  }
  const type = `${name}.completed`
  const count = fault === 'empty' ? 0 : fault === 'wrong-count' ? asked.n - 1 : asked.n
  for (let index = 0; index < count; index += 1) {
    const bytes = await drawOne(asked, { call, index, fault, kit })
    yield printEvent(type, {
      type,
      b64_json: toBase64(bytes),
      ...factsOf(asked),
      created_at: secondsNow(kit),
      safety_identifier: asked.safetyIdentifier ?? null,
      ...(plan.tokens === undefined ? {} : { usage: usageOf(plan.tokens) }),
    })
  }
}

const streamError = (fault: 'moderate-output' | 'server-error-billed', requestId: string) =>
  fault === 'moderate-output'
    ? moderationError('output', requestId)
    : { message: `The server had an error. Request ${requestId}.`, type: 'server_error' }
