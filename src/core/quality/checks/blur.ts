import { z } from 'zod'
import { defineCheck } from '../check.ts'
import { quantile, shareUpTo, type ValueSketch } from '../value-sketch.ts'
import { failed, passed, skipped, unknown } from '../verdict.ts'

/** With fewer pictures the lowest hundredth is chance. */
const FEWEST_PICTURES = 100

/** Words of prompts that want softness, or areas without edges. */
const SOFT = new RegExp(
  [
    String.raw`\b(?:bokeh|depth of field|out of focus|soft focus|motion blur|blurr?(?:ed|y)?`,
    'fog(?:gy)?|mist(?:y)?|haz[ey]|flat illustration|flat design|flat colou?rs?|minimalis[mt]i?c?',
    String.raw`vector|silhouette|line art|gradient|abstract|watercolou?r|pastel|icon|logo)\b`,
  ].join('|'),
  'i',
)

/** Share of a purpose's pictures that are refused where nobody says. */
export const LOWEST_SHARE = 0.01
/** A picture less sharp than this share of the lowest usual value is no picture of the purpose. */
const OUTLIER = 0.7

/**
 * Whether the sharpness of a picture that was refused for it still says something about its
 * purpose: just below the line it does, far below it is a blurred one.
 */
export const isOfPurpose = (history: ValueSketch, sharpness: number): boolean =>
  history.total < FEWEST_PICTURES || sharpness >= OUTLIER * quantile(history, LOWEST_SHARE)

/** Whether a picture is as sharp as others of its purpose; see `measures/sharpness.ts`. */
export const blur = defineCheck({
  name: 'blur',
  needs: 'pixels',
  summary: 'Not among the least sharp pictures of its own purpose.',
  settings: {
    lowest_share: z
      .number()
      .min(0.0001)
      .max(0.2)
      .default(LOWEST_SHARE)
      .describe('Share of the purpose, from the least sharp on, that is refused'),
  },
  run: ({ sharpness }, expectation, { lowest_share: share }) => {
    const measured = { sharpness: Math.round(sharpness * 100) / 100 }
    const { prompt, sharpness: history } = expectation
    const soft = SOFT.exec(prompt)?.[0]
    if (soft !== undefined) return skipped(`the prompt wants softness: ${soft}`, measured)
    const known = Math.floor(history?.total ?? 0)
    if (history === undefined || known < FEWEST_PICTURES) {
      const reason = `not enough history: ${known} of ${FEWEST_PICTURES} pictures of the purpose`
      return unknown(reason, measured)
    }
    const below = shareUpTo(history, sharpness)
    const told = { ...measured, share_up_to: Math.round(below * 10_000) / 10_000, pictures: known }
    return below < share
      ? failed(below, 'less sharp than nearly all others of its purpose', told)
      : passed(1, 'as sharp as others of its purpose', told)
  },
})
