import { posix } from 'node:path'
import { isTest, type Tree } from './tree.ts'

/** Everything that could decide better if it knew what simulated worlds hide. */
const PRODUCT = /^src\/(core|ports|gateway|providers|http|adapters)\//

/**
 * Hidden fields by their names in world files, as far as the names mean nothing else; `gate` and
 * `feedback` are words of the product as well, and the table of layers keeps out their values.
 */
const HIDDEN = [
  ...['theta', 'delta_theta', 'difficulty_sigma', 'complex_mult', 'false_accept'],
  ...['rater_sensitivity', 'rater_specificity', 'missing_not_at_random', 'delay_hours_median'],
]
const HIDDEN_WORD = new RegExp(`\\b(${HIDDEN.join('|')})\\b`)

/** What a policy may know: its own side, the search that it may use, and other policies. */
const OPEN_TO_POLICIES = /^src\/worlds\/(policy|best-sequence|difficulty|[a-z-]+-policy)\.ts$/
const POLICY = /^src\/worlds\/[a-z-]+-policy\.ts$/

/**
 * Checks that nothing of the product speaks of what worlds hide, and that policies of simulated
 * worlds see nothing but what a gateway would see.
 */
export function checkBlindness(tree: Tree): readonly string[] {
  const product = tree.sources.filter(({ path }) => PRODUCT.test(path))
  const policies = tree.sources.filter(({ path }) => POLICY.test(path) && !isTest(path))
  return [
    ...product.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => {
        const word = HIDDEN_WORD.exec(line)?.[1]
        return word === undefined ? [] : [`${path}:${index + 1}: ${word} is hidden in worlds`]
      }),
    ),
    ...policies.flatMap(({ path, references }) =>
      references.flatMap(({ specifier, line }) => {
        const target = posix.join(posix.dirname(path), specifier ?? '')
        const isHidden = target.startsWith('src/worlds/') && !OPEN_TO_POLICIES.test(target)
        return isHidden ? [`${path}:${line}: a policy may not know ${target}`] : []
      }),
    ),
  ]
}
