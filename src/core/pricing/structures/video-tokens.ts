import { z } from 'zod'
import { ok, type Result, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { type Decimal, decimal, positiveRateSchema } from '../decimal.ts'
import { outputPixels } from '../output-area.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, type UnpriceableReason } from '../unpriceable.ts'
import type { Usage } from '../usage.ts'

/** Pixels that are one token (ByteDance, Seedance API reference, 2026). */
const PIXELS_PER_TOKEN = 1024

const schema = z.strictObject({
  kind: z.literal('video_tokens'),
  /** Dollars for a thousand tokens. */
  usd_per_1k: positiveRateSchema,
})

/**
 * Tokens of video: seconds in and out × width × height × frames per second ÷ 1024. Tokens that the
 * provider counted win.
 * @example 5 seconds of 1280x720 at 24 frames, 108,000 tokens, at $0.01 a thousand = $1.08
 */
export const videoTokens = defineStructure({
  title: 'Tokens of video',
  summary: 'Seconds, area and frame rate make a number of tokens, and each token costs the same.',
  schema,
  rate: (component, usage) => {
    const { kind } = component
    const tokens = tokensOf(usage, kind)
    if (!tokens.ok) return tokens
    if (tokens.value.eq(0)) return ok([])
    const rate = decimal(component.usd_per_1k).times('0.001').toFixed()
    const label = usage.videoTokens === undefined ? 'video' : 'video, as counted by the provider'
    return ok([chargeLine({ kind, label, quantity: tokens.value, unit: 'token', rate })])
  },
  example: {
    title: 'Five seconds of 720p from text by Seedance',
    component: { kind: 'video_tokens', usd_per_1k: '0.01' },
    usage: {
      images: 1,
      videoSeconds: 5,
      inputVideoSeconds: 0,
      width: 1280,
      height: 720,
      framesPerSecond: 24,
    },
    usd: '1.08',
    source: 'Comfy partner node prices, 2026, rounded to cents a thousand',
  },
})

/** Tokens of the whole call. */
function tokensOf(usage: Usage, kind: string): Result<Decimal, UnpriceableReason> {
  const { videoTokens: counted, videoSeconds, inputVideoSeconds, framesPerSecond } = usage
  if (counted !== undefined) return ok(decimal(counted))
  if (videoSeconds === undefined) return refused(missingUsage('videoSeconds', kind))
  if (inputVideoSeconds === undefined) return refused(missingUsage('inputVideoSeconds', kind))
  if (framesPerSecond === undefined) return refused(missingUsage('framesPerSecond', kind))
  const pixels = outputPixels(usage, kind)
  if (!pixels.ok) return pixels
  const seconds = decimal(videoSeconds).plus(inputVideoSeconds)
  const perVideo = seconds.times(pixels.value).times(framesPerSecond).div(PIXELS_PER_TOKEN)
  return ok(perVideo.times(usage.images))
}
