import type { Size } from '../../core/request/image-request.ts'

/** One emulated model. */
export interface EmulatedModel {
  readonly endpoint: 'inference' | 'edits' | 'variations'
  /** Nano-dollars for a picture, or for 1024x1024 pixels in `baseSteps` steps. */
  readonly nano: number
  /** Steps that the rate is for; 0 where area and steps cost nothing. */
  readonly baseSteps: number
  /** Steps that are made unless asked for others. */
  readonly usualSteps: number
  readonly mostSteps: number
  /** Guidance that is taken, or none. */
  readonly guidance: readonly [least: number, most: number] | undefined
  /** Whether it takes `aspect_ratio` instead of width and height. */
  readonly isShaped: boolean
  readonly takesMask: boolean
  readonly seconds: number
}

const common = {
  endpoint: 'inference',
  baseSteps: 0,
  usualSteps: 0,
  mostSteps: 0,
  guidance: undefined,
  isShaped: false,
  takesMask: false,
  seconds: 5,
} as const

const edits = { ...common, endpoint: 'edits' } as const
const shaped = { ...common, isShaped: true } as const

/** Rate for 1024x1024 in so many steps, and the steps made by default and at most. */
const stepped = (nano: number, baseSteps: number, usualSteps: number, mostSteps: number) =>
  ({ ...common, nano, baseSteps, usualSteps, mostSteps }) as const

/**
 * The emulated models by DeepInfra's names. Rates: the models' pages on deepinfra.com, read
 * 2026-11-25; of `sd3.5`, `FLUX-1.1-pro` and `FLUX.1-Kontext-pro` general knowledge of 2026, and
 * of the two models without a published price the emulator's own. Speeds are its own too.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  'black-forest-labs/FLUX-1-schnell': { ...stepped(500_000, 1, 1, 50), seconds: 1 },
  'black-forest-labs/FLUX-1-dev': { ...stepped(9_000_000, 25, 25, 50), guidance: [1, 20] },
  'black-forest-labs/FLUX-2-dev': stepped(10_000_000, 28, 28, 50),
  'black-forest-labs/FLUX-1.1-pro': { ...common, nano: 40_000_000 },
  'black-forest-labs/FLUX-pro': { ...common, nano: 50_000_000 },
  'stabilityai/sd3.5': { ...shaped, nano: 60_000_000 },
  'stabilityai/sd3.5-medium': { ...shaped, nano: 30_000_000 },
  'stabilityai/sdxl-turbo': { ...stepped(200_000, 5, 5, 10), guidance: [0, 20], seconds: 1 },
  'black-forest-labs/FLUX.1-Kontext-pro': { ...edits, nano: 40_000_000 },
  'black-forest-labs/FLUX.1-Kontext-dev': { ...edits, nano: 15_000_000 },
  'Qwen/Qwen-Image-Edit': { ...edits, takesMask: true, nano: 25_000_000 },
  'black-forest-labs/FLUX-1-Redux-dev': {
    ...stepped(12_000_000, 25, 25, 25),
    endpoint: 'variations',
  },
}

const BASE_PIXELS = 1_024 * 1_024

/** What a call costs, in nano-dollars: rate x area x steps, or flat. */
export function costNano(
  { nano, baseSteps }: EmulatedModel,
  call: { readonly size: Size; readonly count: number; readonly steps: number },
): number {
  if (baseSteps === 0) return nano * call.count
  const { width, height } = call.size
  const work = width * height * call.steps * call.count
  return Math.round((nano * work) / (BASE_PIXELS * baseSteps))
}
