import type { EvidenceDesk } from './evidence-desk.ts'
import type { LearningDesk } from './learning-desk.ts'
import type { PlanDesk } from './plan-desk.ts'
import type { RepeatDesk } from './repeat-desk.ts'

/** Everything that learns from what becomes of pictures, and decides by it. */
export interface Learning {
  readonly desk: LearningDesk
  readonly evidence: EvidenceDesk
  readonly plans: PlanDesk
  readonly repeats: RepeatDesk
}
