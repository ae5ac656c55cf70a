import type { Verdict } from '../core/feedback/verdict.ts'

/** What people said of pictures. */
export interface FeedbackStore {
  /**
   * Writes a verdict in the place of the same rater's earlier one, and takes a rejected picture out
   * of the cache, in one step.
   * @returns the verdict that was there before.
   */
  put(verdict: Verdict): Promise<Verdict | undefined>
  /** All verdicts on a picture, oldest first. */
  ofImage(imageId: string): Promise<readonly Verdict[]>
}
