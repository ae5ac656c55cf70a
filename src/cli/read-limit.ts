import type { BudgetPeriod } from '../core/budgets/window.ts'
import { invalid } from '../core/errors/gateway-error.ts'

/** Periods as people write them. */
const periods: Readonly<Record<string, BudgetPeriod>> = {
  ...{ h: 'hour', hour: 'hour', d: 'day', day: 'day', w: 'week', week: 'week' },
  ...{ month: 'month', total: 'total' },
}

/**
 * Reads dollars and a period, such as `10/hour`; who sets the budget checks the dollars.
 * @throws GatewayError naming `param`.
 */
export function readLimit(
  text: string,
  param: string,
): { readonly limit: string; readonly per: BudgetPeriod } {
  const [limit = '', period = '', ...more] = text.split('/')
  const per = Object.hasOwn(periods, period) ? periods[period] : undefined
  if (per !== undefined && limit !== '' && more.length === 0) return { limit, per }
  const known = Object.keys(periods).join(', ')
  throw invalid(param, `A limit is dollars and a period, such as 10/hour; of ${known}.`)
}
