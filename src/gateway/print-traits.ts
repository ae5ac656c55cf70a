import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { RequestTraits } from '../core/purpose/request-traits.ts'

/** What a request is about and held to, as receipts show it, with how each of it is known. */
export const printTraits = ({ standard, basis, ...traits }: RequestTraits): JsonObject => ({
  purpose: traits.purpose,
  category: traits.category,
  complexity: traits.complexity,
  needs_text: traits.needsText,
  needs_edit: traits.needsEdit,
  transparent: traits.isTransparent,
  literals: traits.literals,
  display: `${standard.display.width}x${standard.display.height}@${standard.pixelRatio}`,
  floor: standard.floor,
  critical: standard.isCritical,
  bad_image_cost: dollarsFromNano(standard.badImageNano),
  deadline_s: standard.deadlineMs / 1_000,
  basis,
})
