/** Findings told of each kind; more only say the same. */
export const MAX_FINDINGS = 100
