import type { CallPlan } from '../core/catalog/call-plan.ts'
import type { Finishing } from '../core/catalog/settings.ts'
import type { Attempt } from '../core/jobs/request-record.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import type { Provider } from '../ports/provider.ts'

/** An attempt that is written down and about to be made, or that is taken up again. */
export interface OpenAttempt {
  readonly attempt: Attempt
  readonly plan: CallPlan
  readonly row: PriceRow
  readonly finishing: Finishing
  readonly provider: Provider
}
