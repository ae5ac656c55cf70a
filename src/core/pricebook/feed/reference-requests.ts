import type { Usage } from '../../pricing/usage.ts'

/** A request at which two tariffs are compared, however different their structures are. */
export interface ReferenceRequest {
  readonly id: string
  readonly quality: 'low' | 'medium' | 'high'
  readonly usage: Usage
}

/**
 * Output tokens of gpt-image-2 at 1024x1024 and 1536x1024, by OpenAI's calculator
 * (community.openai.com/t/1382699, 2026-06-05). One fixed yardstick for every model: what counts is
 * the ratio of two prices, not their height.
 */
const IMAGE_TOKENS = { low: [196, 158], medium: [1_756, 1_372], high: [7_024, 5_488] } as const

/** A prompt of two or three sentences. */
const PROMPT_TOKENS = 100
/** What one input image takes at gpt-image-2, by the usage of its answers (2026-11-20). */
const INPUT_IMAGE_TOKENS = 1_000
const STEPS = 25
const GPU_SECONDS = 5

const shapes = [
  { size: '1024x1024', width: 1024, height: 1024, resolution: '1k' },
  { size: '1536x1024', width: 1536, height: 1024, resolution: '2k' },
] as const
const qualities = ['low', 'medium', 'high'] as const

/**
 * The fixed set: two shapes, three qualities, with and without an input image. A usage says
 * everything that any structure asks about, so that each can be quoted with the same request.
 */
export const referenceRequests: readonly ReferenceRequest[] = ['generate', 'edit'].flatMap(
  (operation) =>
    qualities.flatMap((quality) =>
      shapes.map((shape, index) => ({
        id: `${operation} ${shape.size} ${quality}`,
        quality,
        usage: usageOf(operation, quality, shape, IMAGE_TOKENS[quality][index] ?? 0),
      })),
    ),
)

function usageOf(
  operation: string,
  quality: string,
  shape: (typeof shapes)[number],
  imageOut: number,
): Usage {
  const inputs = operation === 'generate' ? 0 : 1
  return {
    images: 1,
    ...shape,
    quality,
    operation,
    steps: STEPS,
    inputMegapixels: inputs,
    tokens: { textIn: PROMPT_TOKENS, imageIn: inputs * INPUT_IMAGE_TOKENS, imageOut },
    predictSeconds: GPU_SECONDS,
    startupSeconds: 0,
    utilisation: 0.5,
    serviceTier: 'standard',
    mode: 'fast',
    controlnets: 0,
    loras: 0,
    references: inputs,
    fonts: 0,
    searches: 0,
    maskFraction: 0.25,
    maskBox: '512x512',
    scaleFactor: 2,
    videoSeconds: 5,
    inputVideoSeconds: 0,
    framesPerSecond: 24,
    hasAudio: false,
  }
}
