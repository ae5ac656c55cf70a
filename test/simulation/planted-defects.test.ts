import { expect, test } from 'vitest'
import { evaluateGates } from '../quality/evaluate-gates.ts'
import { evaluationFlaws, evaluationLines } from '../quality/evaluation-flaws.ts'

const VARIABLE = 'KEEPRATE_TEST_TESSERACT'
const tesseract = process.env[VARIABLE]
/**
 * Pictures of each kind: few here, and enough in full to tell 95 % from 92 % and 2 % from 4 % of
 * them. Drawn, spoilt, decoded and read on one or two processors, these take half an hour.
 */
const isWhole = process.env.KEEPRATE_TORTURE === 'true'
const size = isWhole ? { pictures: 300, lettered: 120 } : { pictures: 15, lettered: 6 }
const LIMIT_MS = isWhole ? 7_200_000 : 600_000

test('gates catch planted defects and let good pictures pass', { timeout: LIMIT_MS }, async () => {
  if (tesseract === undefined && process.env.CI === 'true') {
    throw new Error(`${VARIABLE} must be set in CI`)
  }
  const evaluation = await evaluateGates({ ...size, tesseract, seed: 1 })
  expect(evaluationFlaws(evaluation)).toEqual([])
  const names = evaluationLines(evaluation)
  expect(names).toHaveLength(13)
  const tried = [...evaluation.good, ...evaluation.spoilt].filter(({ made }) => made > 0)
  expect(tried).toHaveLength(tesseract === undefined ? 11 : 13)
})

if (tesseract === undefined) {
  test('lettering is read by a real engine', ({ skip }) => {
    skip(`${VARIABLE} is not set, so no lettering was made`)
  })
}

test('an evaluation that falls short is told', () => {
  const tally = { name: 'good', isTechnical: false, made: 100, refused: 3, wrong: ['7: blur'] }
  const missed = { name: 'blank', isTechnical: true, made: 100, refused: 99, wrong: ['8: passed'] }
  expect(evaluationFlaws({ good: [tally], spoilt: [missed] })).toEqual([
    'blank: only 99 of 100 caught (8: passed)',
    'good pictures: 0.03 refused (7: blur)',
  ])
})
