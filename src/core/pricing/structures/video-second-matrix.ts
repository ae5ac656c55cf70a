import { z } from 'zod'
import { ok, type Result, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, type UnpriceableReason, unpriceable } from '../unpriceable.ts'
import type { Usage } from '../usage.ts'
import { nextVideoResolution, videoLinesOf } from '../video-resolution.ts'

const cellSchema = z.union([
  positiveRateSchema,
  z.strictObject({
    /** With sound. */
    audio: positiveRateSchema.nullish(),
    /** Without sound. */
    silent: positiveRateSchema.nullish(),
  }),
])

const schema = z
  .strictObject({
    kind: z.literal('video_second_matrix'),
    /** Dollars for a second, by resolution, and by sound where it matters. */
    usd: z.record(z.string(), cellSchema),
  })
  .superRefine(({ usd }, context) => {
    const names = Object.keys(usd)
    const lines = names.map(videoLinesOf)
    const unknown = names.filter((_, index) => lines[index] === undefined)
    const issue = (message: string) => context.addIssue({ code: 'custom', path: ['usd'], message })
    if (names.length === 0) issue('no resolution is listed')
    for (const name of unknown) issue(`${JSON.stringify(name)} is no resolution of a video`)
    if (new Set(lines).size < lines.length) issue('two names are one resolution')
  })

type Cell = z.output<typeof cellSchema>

/**
 * Seconds of video by resolution and sound. A resolution that is not listed costs what the next
 * larger one costs.
 * @example 6 silent seconds in 1080p at $0.10 = $0.6
 */
export const videoSecondMatrix = defineStructure({
  title: 'Table of video seconds',
  summary: 'A second of video costs what the table lists for its resolution and sound.',
  schema,
  rate: (component, usage) => {
    const { kind } = component
    if (usage.videoSeconds === undefined) return refused(missingUsage('videoSeconds', kind))
    if (usage.resolution === undefined) return refused(missingUsage('resolution', kind))
    const name = nextVideoResolution(Object.keys(component.usd), usage.resolution)
    if (!name.ok) return name
    const cell = rateOf(component.usd[name.value], usage)
    if (!cell.ok) return cell
    const quantity = decimal(usage.videoSeconds).times(usage.images)
    if (quantity.eq(0)) return ok([])
    const label = ['video', name.value, ...cell.value.sound].join(', ')
    return ok([chargeLine({ kind, label, quantity, unit: 'second', rate: cell.value.rate })])
  },
  example: {
    title: 'Six silent seconds in 1080p by Veo 3.1 fast',
    component: {
      kind: 'video_second_matrix',
      usd: {
        '720p': { audio: '0.1', silent: '0.08' },
        '1080p': { audio: '0.12', silent: '0.1' },
        '4k': { audio: '0.3', silent: '0.25' },
      },
    },
    usage: { images: 1, videoSeconds: 6, resolution: '1080p', hasAudio: false },
    usd: '0.6',
    source: 'Vertex AI price of Veo 3.1 fast, 2026',
  },
})

function rateOf(
  cell: Cell | undefined,
  { hasAudio }: Usage,
): Result<{ readonly rate: string; readonly sound: readonly string[] }, UnpriceableReason> {
  if (typeof cell === 'string') return ok({ rate: cell, sound: [] })
  if (hasAudio === undefined) return refused(missingUsage('hasAudio', 'video_second_matrix'))
  const sound = hasAudio ? 'audio' : 'silent'
  const rate = cell?.[sound]
  if (rate != null) return ok({ rate, sound: [sound] })
  const text = `the rate of ${sound} video is not known`
  return refused(unpriceable('unknown_rate', sound, text))
}
