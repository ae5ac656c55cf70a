import { cascadePolicy, cheapPolicy, premiumPolicy, staticPolicy } from './fixed-policy.ts'
import { greedyPolicy } from './greedy-policy.ts'
import { learnedPolicy } from './learned-policy.ts'
import type { PolicyMaker } from './policy.ts'

/** Every policy that a world can be run with, by the name on the command line. */
export const policies: Readonly<Record<string, PolicyMaker>> = {
  learned: learnedPolicy,
  static: staticPolicy,
  premium: premiumPolicy,
  cheap: cheapPolicy,
  greedy: greedyPolicy,
  cascade: cascadePolicy,
}
