// The whole evaluation of gates: `node test/quality/full-evaluation.ts [seed]`. Half an hour of a
// processor; continuous integration runs a few seeds (test/simulation/planted-defects.test.ts).
import { evaluateGates } from './evaluate-gates.ts'
import { evaluationFlaws, evaluationLines } from './evaluation-flaws.ts'

const tesseract = process.env.KEEPRATE_TEST_TESSERACT ?? 'tesseract'
const seed = Number(process.argv[2] ?? 0)
const evaluation = await evaluateGates({ pictures: 300, lettered: 120, tesseract, seed })
for (const line of evaluationLines(evaluation)) console.log(line)
const flaws = evaluationFlaws(evaluation)
for (const flaw of flaws) console.log(`short of the goal: ${flaw}`)
process.exitCode = flaws.length === 0 ? 0 : 1
