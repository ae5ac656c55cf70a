/** What is done about repetitions: a 429, a warning in the answer, or nothing. */
export const repeatModes = ['refuse', 'warn', 'off'] as const
/** See {@link repeatModes}. */
export type RepeatMode = (typeof repeatModes)[number]

/** When the same words of the same end user are too many. */
export interface RepeatRule {
  readonly mode: RepeatMode
  /** Requests with the same words that one end user may send within the time. */
  readonly most: number
  readonly withinMs: number
}

/** Nobody looks at twenty tries of one prompt in a minute: a loop or a broken button sends them. */
export const defaultRepeatRule: RepeatRule = { mode: 'warn', most: 20, withinMs: 60_000 }
