import type { Size } from '../../core/request/image-request.ts'

/** How an emulated model is paid for, in nano-dollars. */
type EmulatedPrice =
  | { readonly per: 'image'; readonly nano: number }
  | { readonly per: 'megapixel'; readonly nano: number }
  /** By the pixels of the picture: up to so many, so much. */
  | { readonly per: 'resolution'; readonly nano: readonly (readonly [number, number])[] }

/** One emulated model. */
export interface EmulatedModel {
  readonly price: EmulatedPrice
  /** For each input image. */
  readonly inputNano: number
  /** Steps that the price covers; 0 where steps are refused. */
  readonly steps: number
  /** Pictures of one call; 1 where even the parameter `n` is refused. */
  readonly most: number
  /** Edges are multiples of this. */
  readonly step: number
  readonly inputs: 'image_url' | 'reference_images' | 'none'
  readonly isInputNeeded: boolean
  readonly takesSeed: boolean
  readonly takesShape: boolean
  readonly seconds: number
}

const common = {
  inputNano: 0,
  steps: 0,
  most: 1,
  step: 8,
  inputs: 'none',
  isInputNeeded: false,
  takesSeed: true,
  takesShape: false,
  seconds: 6,
} as const

const image = (nano: number): EmulatedPrice => ({ per: 'image', nano })
const megapixel = (nano: number): EmulatedPrice => ({ per: 'megapixel', nano })

const flux2 = { ...common, inputs: 'reference_images', step: 16 } as const
const native = { ...common, most: 4, seconds: 4 } as const
const kontext = {
  ...common,
  inputs: 'image_url',
  isInputNeeded: true,
  takesShape: true,
  seconds: 8,
} as const
const google = { ...common, inputs: 'reference_images', takesSeed: false, seconds: 12 } as const

/**
 * The emulated models by Together's names. Prices: a reseller's table of October 2026
 * (HeyPuter/puter, together/models.ts), read 2026-11-25. Speeds are the emulator's own.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  'black-forest-labs/FLUX.2-dev': { ...flux2, most: 4, steps: 20, price: image(15_400_000) },
  'black-forest-labs/FLUX.2-pro': { ...flux2, price: image(30_000_000) },
  'black-forest-labs/FLUX.2-flex': { ...flux2, steps: 20, price: image(30_000_000) },
  'black-forest-labs/FLUX.2-max': { ...flux2, price: megapixel(70_000_000) },
  'black-forest-labs/FLUX.1.1-pro': { ...common, step: 32, price: megapixel(40_000_000) },
  'black-forest-labs/FLUX.1-kontext-pro': { ...kontext, price: megapixel(40_000_000) },
  'black-forest-labs/FLUX.1-kontext-max': { ...kontext, price: megapixel(80_000_000) },
  'Qwen/Qwen-Image': { ...native, steps: 20, price: megapixel(5_800_000) },
  'Qwen/Qwen-Image-2.0': { ...common, price: image(35_000_000) },
  'Qwen/Qwen-Image-2.0-Pro': { ...common, price: image(75_000_000) },
  'Wan-AI/Wan2.6-image': { ...common, price: image(30_000_000) },
  'ByteDance-Seed/Seedream-3.0': { ...common, price: megapixel(18_000_000) },
  'ByteDance-Seed/Seedream-4.0': { ...common, price: megapixel(30_000_000) },
  'ByteDance/Seedream-5.0-lite': { ...common, price: image(35_000_000) },
  'RunDiffusion/Juggernaut-pro-flux': { ...native, steps: 20, price: megapixel(4_900_000) },
  'Rundiffusion/Juggernaut-Lightning-Flux': { ...native, price: megapixel(1_700_000) },
  'stabilityai/stable-diffusion-xl-base-1.0': { ...native, steps: 20, price: megapixel(1_900_000) },
  'prunaai/p-image-ideogram': { ...common, price: image(2_250_000) },
  'ideogram/ideogram-3.0': { ...common, price: megapixel(60_000_000) },
  'ideogram/ideogram-4.0': { ...common, takesSeed: false, price: image(60_000_000) },
  'google/flash-image-2.5': { ...google, price: image(39_000_000) },
  'google/flash-image-3.1': {
    ...google,
    inputNano: 280_000,
    price: {
      per: 'resolution',
      nano: [
        [300_000, 46_570_000],
        [1_200_000, 67_000_000],
        [4_400_000, 101_000_000],
        [17_300_000, 151_000_000],
      ],
    },
  },
  'google/gemini-3-pro-image': {
    ...google,
    price: {
      per: 'resolution',
      nano: [
        [4_400_000, 134_000_000],
        [17_300_000, 240_000_000],
      ],
    },
  },
  'openai/gpt-image-1.5': { ...common, takesSeed: false, price: image(34_000_000) },
}

/**
 * What a call costs, in nano-dollars: megapixels of 10⁶ pixels, then the steps beyond those covered
 * in proportion, and never less for fewer.
 */
export function costNano(
  model: EmulatedModel,
  call: {
    readonly size: Size
    readonly count: number
    readonly steps: number
    readonly inputs: number
  },
): number {
  const { size, count, inputs } = call
  const pixels = size.width * size.height
  const pictures = Math.round(picturesNano(model.price, pixels, count))
  const further = model.steps === 0 ? 0 : Math.max(0, call.steps - model.steps) / model.steps
  return pictures + Math.round(pictures * further) + model.inputNano * inputs * count
}

function picturesNano(price: EmulatedPrice, pixels: number, count: number): number {
  switch (price.per) {
    case 'image':
      return price.nano * count
    case 'megapixel':
      return (price.nano * pixels * count) / 1_000_000
    case 'resolution':
      return (price.nano.find(([most]) => pixels <= most)?.[1] ?? 0) * count
  }
}
