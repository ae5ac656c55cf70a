import type { CallPlan, UsageEstimate } from '../../core/catalog/call-plan.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'
import { linkedReferences } from './options.ts'

/** What a call uses: a picture, and every picture that it is made from. */
export const estimate = (plan: CallPlan): UsageEstimate =>
  exactEstimate(plan, { references: plan.images.length + linkedReferences(plan) })
