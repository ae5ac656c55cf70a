import { z } from 'zod'
import { invalid } from '../errors/gateway-error.ts'

/** A plan that could have been taken. */
export interface LoggedPlan {
  /** Offers in order, joined by `>`. */
  readonly plan: string
  /** Chance with which it was taken; 0 for one that was only looked at. */
  readonly propensity: number
  /** What was expected of it at that moment, in dollars. */
  readonly expectedCost: number
  readonly expectedAcceptance: number
}

/** A decision as it was recorded, and what came of it. */
export interface LoggedDecision {
  readonly candidates: readonly LoggedPlan[]
  /** Position of the plan that was taken. */
  readonly chosen: number
  readonly cost: number
  /** Undefined while nobody has said what became of the picture. */
  readonly isAccepted: boolean | undefined
}

/** Longer than any log that fits in memory with its candidates. */
const MOST_DECISIONS = 2_000_000
const MOST_CANDIDATES = 1_000
/** Propensities are printed with a few digits. */
const SUM_TOLERANCE = 0.001

const share = z.number().min(0).max(1)
const dollars = z
  .string()
  .max(60)
  .regex(/^\d+(\.\d+)?$/, 'must be dollars as a decimal string')
  .transform(Number)

const row = z
  .object({
    candidates: z
      .array(
        z.object({
          plan: z.string().min(1),
          propensity: share,
          expected_cost: dollars,
          expected_acceptance: share,
        }),
      )
      .min(1)
      .max(MOST_CANDIDATES),
    chosen: z.string(),
    cost: dollars,
    accepted: z.boolean().nullable(),
  })
  .superRefine(({ candidates, chosen }, context) => {
    const sum = candidates.reduce((total, { propensity }) => total + propensity, 0)
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      context.addIssue(`the propensities add up to ${sum}, not to 1`)
    }
    const taken = candidates.find(({ plan }) => plan === chosen)
    if (taken === undefined) context.addIssue(`chosen is none of the candidates: ${chosen}`)
    else if (taken.propensity === 0) context.addIssue(`chosen has the propensity 0: ${chosen}`)
  })

/**
 * Reads a log of decisions, one JSON object a line (see `docs/worlds.md`). Further fields, such as
 * id and purpose, are for people and not read.
 * @throws GatewayError naming `log`, the line and the field.
 */
export function readDecisionLog(text: string): readonly LoggedDecision[] {
  const decisions: LoggedDecision[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    if (decisions.length === MOST_DECISIONS) {
      throw invalid('log', `The log has more than ${MOST_DECISIONS} decisions.`)
    }
    decisions.push(readLine(line, index + 1))
  }
  if (decisions.length === 0) throw invalid('log', 'The log has no decisions.')
  return decisions
}

function readLine(line: string, number: number): LoggedDecision {
  const parsed = row.safeParse(parseJson(line, number))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.path.join('.') ?? ''
    throw invalid('log', `line ${number}: ${path === '' ? '' : `${path}: `}${issue?.message}`)
  }
  const { candidates, chosen, cost, accepted } = parsed.data
  return {
    candidates: candidates.map(({ expected_cost, expected_acceptance, ...rest }) => ({
      ...rest,
      expectedCost: expected_cost,
      expectedAcceptance: expected_acceptance,
    })),
    chosen: candidates.findIndex(({ plan }) => plan === chosen),
    cost,
    isAccepted: accepted ?? undefined,
  }
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw invalid('log', `line ${number}: this is not JSON.`)
  }
}
