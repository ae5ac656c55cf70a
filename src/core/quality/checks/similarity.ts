import { z } from 'zod'
import { cosine } from '../../statistics/cosine.ts'
import { type Check, defineCheck, type PictureEmbedding } from '../check.ts'
import { failed, passed, unknown } from '../verdict.ts'

const settings = {
  to: z
    .enum(['prompt', 'references'])
    .default('prompt')
    .describe('What the picture is compared with: its prompt, or the pictures of the brand'),
  references: z
    .array(z.string().min(1).max(1_000))
    .max(16)
    .default([])
    .describe('Files with pictures of the brand, to compare with; each is paid for once'),
  threshold: z
    .number()
    .min(-1)
    .max(1)
    .describe('Lowest cosine that passes; it depends on the model, so measure it'),
}

/**
 * Whether a picture is near its prompt, or near one of the brand's pictures, in the vectors of a
 * model. A coarse filter: such vectors do not count, and do not know left from right.
 */
export const similarity: Check<'similarity', 'embedding', typeof settings> = defineCheck({
  name: 'similarity',
  needs: 'embedding',
  summary: "Near its prompt, or near the brand's pictures, in the vectors of a model.",
  settings,
  run: ({ picture, prompt, references }, _expectation, { to, threshold }) => {
    const others = to === 'prompt' ? [prompt].filter(isThere) : references
    if (others.length === 0) return unknown(`there is nothing to compare with: no ${to}`)
    const best = Math.max(...others.map((other) => cosine(picture, other)))
    const measured = { cosine: Math.round(best * 10_000) / 10_000 }
    if (best >= threshold) return passed(1, `like its ${to}`, measured)
    // Cosines of good pictures are as low as 0.3 with some models: the score is beside the
    // threshold.
    return failed(Math.max(0, best) / Math.max(threshold, 1e-6), `unlike its ${to}`, measured)
  },
})

const isThere = (
  vector: PictureEmbedding['prompt'],
): vector is NonNullable<PictureEmbedding['prompt']> => vector !== undefined
