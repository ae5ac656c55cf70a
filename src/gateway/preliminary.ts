import { failureRules } from '../core/errors/provider-failure.ts'
import { type EndedAttempt, missingImages, type Run } from './run.ts'

/** The place of drafts before the steps of a plan. */
export const DRAFT_STEP = -1
/** The place of a draft that is only shown while the picture is made. */
export const PREVIEW_STEP = -2
/** The place of a small picture that is to be enlarged, and of what enlarges it. */
export const SMALL_STEP = -3
export const ENLARGE_STEP = -4

/** Whether an attempt makes nothing that is judged or learned from. */
export const isOnTheWay = (step: number): boolean => step === PREVIEW_STEP || step === SMALL_STEP

/** Whether an attempt makes a picture small, or enlarges it. */
const isEnlarging = ({ attempt: { step } }: EndedAttempt): boolean =>
  step === SMALL_STEP || step === ENLARGE_STEP

/** Whether a picture was begun small: that is tried once, also by a job that comes back. */
export const wasEnlarging = ({ ended }: Pick<Run, 'ended'>): boolean => ended.some(isEnlarging)

/**
 * Whether all that a run has is a picture too small for it. Nothing is doubtful about it, so its
 * client, who comes back, is not answered with a failure: the work begins anew.
 */
export const isHalfMade = (run: Run): boolean =>
  missingImages(run) > 0 &&
  run.ended.some(({ attempt }) => attempt.step === SMALL_STEP && attempt.outcome === 'produced') &&
  run.ended.every((each) => isEnlarging(each) && each.attempt.outcome !== 'timeout_unknown')

/**
 * What is made on the way is no picture of the answer. A draft becomes one when nothing better
 * comes of it; a preview never does, and of what went wrong with it only a refusal of the content
 * matters to the request.
 */
export function asPreliminary(ended: EndedAttempt): EndedAttempt {
  const { images, refused, failures } = ended
  switch (ended.attempt.step) {
    case DRAFT_STEP:
      return { ...ended, images: [], refused: [...refused, ...images] }
    case SMALL_STEP:
      return { ...ended, images: [], refused: [] }
    case PREVIEW_STEP:
      return {
        ...{ ...ended, images: [], refused: [], warnings: [] },
        failures: failures.filter((each) => failureRules[each.class].afterwards === 'stop'),
      }
    default:
      return ended
  }
}
