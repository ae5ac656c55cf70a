import type { PictureLook } from './measures/picture-look.ts'

/** What is done about pictures of one answer that hardly differ. */
export const twinRules = ['report', 'replace', 'off'] as const
/** See {@link twinRules}. */
export type TwinRule = (typeof twinRules)[number]

/** Looks of the pictures of an answer; calls that run side by side share it. */
export interface ShownLooks {
  readonly looks: PictureLook[]
  /** One of them was refused for its likeness: only once is another one bought. */
  hasReplaced: boolean
}
