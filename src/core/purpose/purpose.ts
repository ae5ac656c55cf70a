import { z } from 'zod'
import { nanoFromDollars } from '../money.ts'
import { type Gate, gateSchema } from '../quality/gate.ts'
import { cacheModes } from '../request/image-request.ts'
import { parseDuration } from '../time.ts'

/** How a purpose's pictures are come by; `auto` takes whatever costs least per accepted picture. */
export const strategies = ['auto', 'direct', 'cascade', 'draft_refine'] as const
/** See {@link strategies}. */
export type Strategy = (typeof strategies)[number]

const EDGE = String.raw`[1-9]\d{0,4}`
const DISPLAY = new RegExp(`^(${EDGE})x(${EDGE})$`)

const sizeSchema = z
  .string()
  .regex(DISPLAY, 'write width x height in CSS pixels, such as 512x512')
  .transform((text) => {
    const [, width = '', height = ''] = DISPLAY.exec(text) ?? []
    return { width: Number(width), height: Number(height) }
  })

const dollarsSchema = z
  .union([z.string(), z.number().nonnegative()])
  .transform((value, context) => {
    try {
      const nano = nanoFromDollars(String(value))
      if (nano >= 0n) return nano
    } catch {
      // Told below, in the same words.
    }
    context.addIssue({ code: 'custom', message: 'write dollars as a decimal, such as "0.05"' })
    return z.NEVER
  })

const durationSchema = z.union([z.string(), z.number()]).transform((value, context) => {
  const read = parseDuration(String(value))
  if (read !== undefined && read > 0) return read
  context.addIssue({ code: 'custom', message: 'write a duration such as 30s, 12h or 3d' })
  return z.NEVER
})

/** What the pictures of one purpose must be, as it stands in the settings; all members optional. */
export const purposeSchema = z
  .strictObject({
    display: sizeSchema.optional().describe('size on the page in CSS pixels: 512x512'),
    pixel_ratio: z
      .number()
      .min(1)
      .max(4)
      .optional()
      .describe('device pixels per CSS pixel, 1 to 4'),
    floor: z
      .number()
      .min(0)
      .max(0.999)
      .optional()
      .describe('share of requests that must end in an accepted picture'),
    bad_image_cost: dollarsSchema.optional().describe('dollars that showing a bad picture costs'),
    deadline_s: z
      .number()
      .positive()
      .max(3_600)
      .optional()
      .describe('p95 of the answer, in seconds'),
    strategy: z.enum(strategies).optional().describe('auto, direct, cascade or draft_refine'),
    gates: z.array(gateSchema).max(20).optional().describe('checks of each picture'),
    max_cost: dollarsSchema.optional().describe('most that one request may cost, in dollars'),
    cache: z.enum(cacheModes).optional().describe('how the cache may answer'),
    cache_ttl: durationSchema.optional().describe('how long its pictures may be served again'),
    cache_threshold: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('least cosine of a near prompt, where it is above that of cache.similarity'),
    critical: z.boolean().optional().describe('the floor must hold for the pessimistic estimate'),
    upscale: z
      .boolean()
      .optional()
      .describe('a picture may be made small and enlarged where that is cheaper'),
    default_images: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe('pictures of a request that names no n'),
    max_images: z.int().min(1).max(10).optional().describe('most pictures of one request'),
  })
  .refine(({ default_images = 1, max_images = 10 }) => default_images <= max_images, {
    path: ['default_images'],
    message: 'is more than max_images',
  })
/** See {@link purposeSchema}. */
export type PurposeSettings = z.infer<typeof purposeSchema>

/** What the pictures of one purpose must be. */
export interface Purpose {
  readonly name: string
  /** On the page, in CSS pixels. */
  readonly display: { readonly width: number; readonly height: number }
  readonly pixelRatio: number
  /** Share of requests that must end in an accepted picture, 0 to 1. */
  readonly floor: number
  /** What showing a bad picture costs, in nano-dollars: time of a reviewer, trust. */
  readonly badImageNano: bigint
  /** 95 of 100 answers should be there by then. */
  readonly deadlineMs: number
  readonly strategy: Strategy
  /** Checks that each picture must pass, beside those that all must pass. */
  readonly gates: readonly Gate[]
  /** The floor must hold for the pessimistic estimate of acceptance. */
  readonly isCritical: boolean
  /** Its pictures may be made small and enlarged. */
  readonly isEnlargeable: boolean
  readonly maxCostNano?: bigint
  readonly cache?: (typeof cacheModes)[number]
  readonly cacheTtlMs?: number
  readonly cacheThreshold?: number
  /** Pictures of a request that names no number. */
  readonly defaultImages?: number
  readonly maxImages?: number
}

/** A purpose with what the settings say in the place of what it had. */
export function amendPurpose(purpose: Purpose, settings: PurposeSettings): Purpose {
  const {
    pixel_ratio,
    bad_image_cost,
    deadline_s,
    max_cost,
    cache_ttl,
    cache_threshold,
    critical,
  } = settings
  return {
    ...purpose,
    display: settings.display ?? purpose.display,
    pixelRatio: pixel_ratio ?? purpose.pixelRatio,
    floor: settings.floor ?? purpose.floor,
    badImageNano: bad_image_cost ?? purpose.badImageNano,
    deadlineMs: deadline_s === undefined ? purpose.deadlineMs : deadline_s * 1_000,
    strategy: settings.strategy ?? purpose.strategy,
    gates: settings.gates ?? purpose.gates,
    isCritical: critical ?? purpose.isCritical,
    isEnlargeable: settings.upscale ?? purpose.isEnlargeable,
    ...(max_cost === undefined ? {} : { maxCostNano: max_cost }),
    ...(settings.cache === undefined ? {} : { cache: settings.cache }),
    ...(cache_ttl === undefined ? {} : { cacheTtlMs: cache_ttl }),
    ...(cache_threshold === undefined ? {} : { cacheThreshold: cache_threshold }),
    ...(settings.default_images === undefined ? {} : { defaultImages: settings.default_images }),
    ...(settings.max_images === undefined ? {} : { maxImages: settings.max_images }),
  }
}
