/** Exit codes of every command. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** Over a budget or a cost limit. */
  overLimit: 3,
  /** Some of the pictures could be made. */
  partly: 4,
} as const
