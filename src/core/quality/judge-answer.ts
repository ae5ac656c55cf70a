import { z } from 'zod'
import { parseJson } from '../json.ts'
import type { Requirement } from './requirements.ts'

const MAX_EVIDENCE = 500
const MAX_ARTEFACTS = 20

/** What a judge must answer, and nothing else. Its own opinion of the whole is asked for and
 * ignored: the verdict follows from the requirements by our rule alone.
 */
const answerSchema = z.strictObject({
  requirements: z
    .array(
      z.strictObject({
        id: z.string(),
        met: z.enum(['yes', 'no', 'unsure']),
        evidence: z.string(),
      }),
    )
    .max(100),
  artefacts: z.array(z.string()).max(100),
  verdict: z.enum(['accept', 'reject']),
})

/** A judge's answer to each requirement, in their order. */
export interface JudgeAnswer {
  readonly requirements: readonly (Requirement & {
    readonly met: 'yes' | 'no' | 'unsure'
    readonly evidence: string
  })[]
  /** Flaws that it saw beside the requirements. */
  readonly artefacts: readonly string[]
}

/** The schema as judges get it: `strict` wants every member required and no others. */
export function judgeSchema(requirements: readonly Requirement[]): object {
  const strict = (properties: Record<string, object>): object => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  })
  const ids = requirements.map(({ id }) => id)
  const met = { type: 'string', enum: ['yes', 'no', 'unsure'] }
  const row = strict({ id: { type: 'string', enum: ids }, met, evidence: { type: 'string' } })
  return strict({
    requirements: { type: 'array', items: row },
    artefacts: { type: 'array', items: { type: 'string' } },
    verdict: { type: 'string', enum: ['accept', 'reject'] },
  })
}

/**
 * Reads what a judge wrote; undefined when it is not wholly what was asked for. A requirement that
 * it left out is `unsure`, one that it answers in two ways as well, and one that nobody asked about
 * makes the answer void: whoever wrote that was not answering our list.
 */
export function readJudgeAnswer(
  text: string,
  requirements: readonly Requirement[],
): JudgeAnswer | undefined {
  const parsed = answerSchema.safeParse(parseJson(text))
  if (!parsed.success) return undefined
  const rows = parsed.data.requirements
  const isForeign = rows.some(({ id }) => !requirements.some((known) => known.id === id))
  if (isForeign) return undefined
  return {
    requirements: requirements.map((requirement) => {
      const answers = rows.filter(({ id }) => id === requirement.id)
      const [first] = answers
      const isClear = first !== undefined && answers.every(({ met }) => met === first.met)
      return {
        ...requirement,
        met: isClear ? first.met : 'unsure',
        evidence: (first?.evidence ?? '').slice(0, MAX_EVIDENCE),
      }
    }),
    artefacts: parsed.data.artefacts
      .slice(0, MAX_ARTEFACTS)
      .map((artefact) => artefact.slice(0, MAX_EVIDENCE)),
  }
}
