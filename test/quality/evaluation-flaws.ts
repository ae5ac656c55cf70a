import type { Evaluation, Tally } from './evaluate-gates.ts'

/** Shares that gates must reach on procedurally made pictures. */
const goals = { caught: 0.95, falselyRefused: 0.02 } as const

const shareOf = (tallies: readonly Tally[]): number => {
  const made = tallies.reduce((sum, tally) => sum + tally.made, 0)
  const refused = tallies.reduce((sum, tally) => sum + tally.refused, 0)
  return made === 0 ? 0 : refused / made
}

/** One line for each kind of picture. */
export const evaluationLines = ({ good, spoilt }: Evaluation): readonly string[] =>
  [...good, ...spoilt].map(({ name, refused, made }) => `${name}: ${refused} of ${made} refused`)

/**
 * What an evaluation falls short of, in words; empty when nothing. Each kind of defect for itself,
 * technical ones without exception, and good pictures all together: a few of one kind say little.
 */
export function evaluationFlaws({ good, spoilt }: Evaluation): readonly string[] {
  const missed = spoilt.filter(
    (tally) => tally.made > 0 && shareOf([tally]) < (tally.isTechnical ? 1 : goals.caught),
  )
  const falsely = shareOf(good)
  return [
    ...missed.map(({ name, refused, made, wrong }) => {
      return `${name}: only ${refused} of ${made} caught (${wrong.join('; ')})`
    }),
    ...(falsely > goals.falselyRefused
      ? [`good pictures: ${falsely} refused (${good.flatMap(({ wrong }) => wrong).join('; ')})`]
      : []),
  ]
}
