import { z } from 'zod'
import { defineCheck } from '../check.ts'
import { failed, passed, skipped, unknown } from '../verdict.ts'

const requirement = z.strictObject({
  ask: z.string().min(1).max(200).describe('What must be seen: "the bottle has no label"'),
  weight: z.number().positive().max(100).optional(),
  critical: z.boolean().optional().describe('The picture is refused without it'),
})

/**
 * Whether a judge sees in a picture what the prompt asks for. The verdict follows from its answers
 * to single questions; what it thinks of the whole is not read.
 */
export const judge = defineCheck({
  name: 'judge',
  needs: 'judge',
  summary: 'A model that sees answers yes or no to each thing that the prompt asks for.',
  settings: {
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe('Share of the weighted requirements that must be met'),
    requirements: z
      .array(requirement)
      .max(12)
      .default([])
      .describe('Asked of every picture of the purpose, beside what its prompt asks for'),
    max_artefacts: z
      .int()
      .min(0)
      .max(20)
      .optional()
      .describe('Flaws seen beside the requirements, such as a sixth finger, that are borne'),
  },
  run: ({ requirements, artefacts }, { isCritical }, { threshold, max_artefacts: most }) => {
    if (requirements.length === 0) return skipped('nothing was required')
    // Where it matters a doubt counts as a no; elsewhere as if nobody had asked.
    const counted = requirements.filter(
      (row) => row.met !== 'unsure' || isCritical || row.isCritical,
    )
    const weightOf = (rows: typeof counted) => rows.reduce((sum, { weight }) => sum + weight, 0)
    const measured = {
      unmet: counted.filter(({ met }) => met !== 'yes').map(({ text }) => text),
      unsure: requirements.filter(({ met }) => met === 'unsure').length,
      artefacts,
    }
    if (counted.length === 0) return unknown('the judge is unsure of everything', measured)
    const score = weightOf(counted.filter(({ met }) => met === 'yes')) / weightOf(counted)
    const [missing] = counted.filter((row) => row.isCritical && row.met !== 'yes')
    if (missing !== undefined) return failed(score, `not met: ${missing.text}`, measured)
    if (most !== undefined && artefacts.length > most) {
      return failed(score, `flaws: ${artefacts.join('; ')}`, measured)
    }
    if (score >= threshold) return passed(score, 'it shows what was asked for', measured)
    return failed(score, `not met: ${measured.unmet.join('; ')}`, measured)
  },
})
