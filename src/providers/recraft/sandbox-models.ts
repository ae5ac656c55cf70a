import type { Size } from '../../core/request/image-request.ts'

/** One emulated model. */
export interface EmulatedModel {
  /** Units for one generated picture, and for one made of another. */
  readonly units: number
  readonly editUnits: number | undefined
  readonly sizes: 'small' | 'large' | 'older'
  readonly maxPrompt: number
  /** Whether it takes named styles, and what is not to be in a picture. */
  readonly hasStyles: boolean
  readonly hasMasks: boolean
  readonly seconds: number
}

const newer = { hasStyles: false, hasMasks: false, maxPrompt: 10_000, editUnits: 40 } as const
const small = { ...newer, sizes: 'small', seconds: 8 } as const
const large = { ...newer, sizes: 'large', seconds: 20, editUnits: 210 } as const
const older = { hasStyles: true, maxPrompt: 1_000, sizes: 'older', seconds: 9 } as const

/**
 * The emulated models. Units: recraft.ai/docs/api-reference/pricing, read 2026-11-25; those of
 * edits by the newer models are the emulator's own.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  recraftv4_1: { ...small, units: 35 },
  recraftv4_1_pro: { ...large, units: 210 },
  recraftv4_1_utility: { ...small, units: 35, editUnits: undefined },
  recraftv4_1_utility_pro: { ...large, units: 210, editUnits: undefined },
  recraftv4_1_flash: { ...small, units: 7, seconds: 1.3, editUnits: undefined },
  recraftv4: { ...small, units: 40 },
  recraftv4_pro: { ...large, units: 250 },
  recraftv3: { ...older, units: 40, editUnits: 40, hasMasks: true },
  recraftv2: { ...older, units: 22, editUnits: undefined, hasMasks: false },
}

/** Sizes by shape (recraft.ai/docs/api-reference/appendix, read 2026-11-25). */
const shapes: Readonly<Record<string, readonly [small: string, older: string]>> = {
  '1:1': ['1024x1024', '1024x1024'],
  '2:1': ['1536x768', '2048x1024'],
  '1:2': ['768x1536', '1024x2048'],
  '3:2': ['1280x832', '1536x1024'],
  '2:3': ['832x1280', '1024x1536'],
  '4:3': ['1216x896', '1365x1024'],
  '3:4': ['896x1216', '1024x1365'],
  '5:4': ['1152x896', '1280x1024'],
  '4:5': ['896x1152', '1024x1280'],
  '6:10': ['832x1344', '1024x1707'],
  '14:10': ['1280x896', '1434x1024'],
  '10:14': ['896x1280', '1024x1434'],
  '16:9': ['1344x768', '1820x1024'],
  '9:16': ['768x1344', '1024x1820'],
}

/** The pixels of a size or shape that a model makes; undefined when it does not. */
export function sizeOf({ sizes }: EmulatedModel, asked: string): Size | undefined {
  const scale = sizes === 'large' ? 2 : 1
  for (const [shape, [newerSize, olderSize]] of Object.entries(shapes)) {
    const [width = 0, height = 0] = (sizes === 'older' ? olderSize : newerSize)
      .split('x')
      .map((edge) => Number(edge) * scale)
    if (asked === shape || asked === `${width}x${height}`) return { width, height }
  }
  return undefined
}
