import type { z } from 'zod'
import type { BudgetKey, BudgetLimits } from '../core/budgets/budget.ts'
import { type budgetSchema, fromBudgetBody } from '../core/budgets/wire.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'

/** A budget as the configuration file wants it. */
export type BudgetSettings = BudgetKey & BudgetLimits

/** Reads the budgets of a file; what means nothing is told with its place. */
export function readBudgets(
  budgets: readonly z.infer<typeof budgetSchema>[] = [],
  path: string,
  problems: string[],
): readonly BudgetSettings[] {
  const known = new Set<string>()
  return budgets.flatMap((body, index): BudgetSettings[] => {
    const place = `${path}: budgets[${index}]`
    try {
      const budget = fromBudgetBody(body)
      const name = [budget.scope, budget.per, budget.zone].join(' ')
      if (known.has(name)) problems.push(`${place}: there is another one for ${name}`)
      known.add(name)
      return [budget]
    } catch (error) {
      if (!GatewayError.isInstance(error)) throw error
      problems.push(`${place}.${error.param}: ${error.message}`)
      return []
    }
  })
}
