/**
 * What ways of getting a picture cost, computed from the prices of their parts: none of them is a
 * tariff. Amounts go in and come out as nano-dollars; shares and counts are plain numbers.
 */
export { type BreakEven, breakEven } from './break-even.ts'
export { cache } from './cache.ts'
export { callerCompute, type WaitingRate } from './caller-compute.ts'
export { type CascadeCost, type CascadeStep, cascadeOnePass } from './cascade-one-pass.ts'
export { chainedText } from './chained-text.ts'
export { type Comparison, draftRefine } from './draft-refine.ts'
export { draftThenUpscale } from './draft-then-upscale.ts'
export { type MixPart, mix } from './mix.ts'
export { moderationCall } from './moderation-call.ts'
export { type AttemptCost, perAccepted } from './per-accepted.ts'
export { perAcceptedCapped } from './per-accepted-capped.ts'
export { usableImageTotal } from './usable-image-total.ts'
