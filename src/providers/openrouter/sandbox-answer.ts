import type { EmulatorKit, EmulatorRequest, Fault } from '../shared/emulator.ts'
import { drawWithFault, toBase64 } from '../shared/emulator-wire.ts'
import type { CallCost } from './sandbox-bill.ts'
import { errorBody } from './sandbox-errors.ts'
import type { PictureRequest } from './sandbox-request.ts'

/** Previews that the emulated OpenAI makes of its own accord. */
export const PREVIEWS = 2

/** One call on its way: what was asked, what it costs and what goes wrong. */
export interface Work {
  readonly asked: PictureRequest
  readonly count: number
  readonly cost: CallCost
  readonly fault: Fault | undefined
  readonly kit: EmulatorKit
  readonly generationId: string
}

function draw(
  { asked, fault, kit, generationId }: Work,
  index: number,
  coarseness?: number,
): Promise<Uint8Array> {
  const { prompt, size, format, seed } = asked
  const own = kit.hash(`${generationId} ${index}`)
  const drawing = {
    ...size,
    prompt,
    format,
    seed: (seed ?? own) + index,
    ...(coarseness === undefined ? {} : { coarseness }),
  }
  return drawWithFault(kit, drawing, coarseness === undefined ? fault : undefined)
}

const printUsage = ({ nano, text, image, imageOut, thoughts }: CallCost) => ({
  prompt_tokens: text + image,
  completion_tokens: imageOut + thoughts,
  total_tokens: text + image + imageOut + thoughts,
  cost: Number(nano) / 1e9,
  is_byok: false,
  cost_details: {
    upstream_inference_cost: null,
    upstream_inference_prompt_cost: 0,
    upstream_inference_completions_cost: Number(nano) / 1e9,
  },
  completion_tokens_details: { image_tokens: imageOut, reasoning_tokens: thoughts },
})

const created = (kit: EmulatorKit): number => Math.floor(kit.now() / 1_000)

/** The body of a plain answer. */
export async function printPictures(work: Work): Promise<object> {
  const pictures = await Promise.all(
    Array.from({ length: work.count }, (_, index) => draw(work, index)),
  )
  return {
    created: created(work.kit),
    data: pictures.map((bytes) => ({
      b64_json: toBase64(bytes),
      media_type: `image/${work.asked.format}`,
    })),
    usage: printUsage(work.cost),
  }
}

const printEvent = (data: object): string => `data: ${JSON.stringify(data)}\n\n`

/** Previews from coarse to fine, then the finished picture with what it cost. */
export async function* streamPictures(
  work: Work,
  request: EmulatorRequest,
): AsyncGenerator<string> {
  const { asked, kit, fault } = work
  const seconds = asked.found.model.typicalSeconds / (PREVIEWS + 1)
  // OpenRouter keeps connections open with comments (openrouter.ai/docs, streaming).
  yield ': OPENROUTER PROCESSING\n\n'
  for (let index = 0; index < PREVIEWS; index += 1) {
    await kit.latency(seconds, request.signal)
    const bytes = await draw(work, 0, PREVIEWS - index)
    yield printEvent({
      type: 'image_generation.partial_image',
      partial_image_index: index,
      b64_json: toBase64(bytes),
    })
  }
  await kit.latency(seconds, request.signal)
  if (fault === 'server-error-billed') {
    yield printEvent({ type: 'error', ...errorBody(502, 'Provider returned error') })
    return
  }
  if (work.count > 0) {
    yield printEvent({
      type: 'image_generation.completed',
      b64_json: toBase64(await draw(work, 0)),
      created: created(kit),
      media_type: `image/${asked.format}`,
      usage: printUsage(work.cost),
    })
  }
  yield 'data: [DONE]\n\n'
}
