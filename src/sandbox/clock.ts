import { setTimeout as wait } from 'node:timers/promises'

/** The sandbox's time. Tests inject one that they advance themselves. */
export interface SandboxClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `durationMs`; rejects when the signal aborts first. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>
}

/** The machine's own time. */
export const systemClock: SandboxClock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) => wait(durationMs, undefined, { signal }),
}
