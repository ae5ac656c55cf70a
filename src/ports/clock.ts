import type { Instant } from '../core/time.ts'

/** The only source of time. Wall time for records, monotonic time for durations. */
export interface Clock {
  /** Wall time in milliseconds since 1970, UTC. */
  now(): Instant
  /** Monotonic milliseconds; only differences mean something. */
  monotonicMs(): number
  /**
   * Resolves after `durationMs`, or rejects with the signal's reason when it aborts first.
   * A virtual clock resolves when a test advances it.
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}

/** The only source of randomness; cryptographic in production, seeded in tests. */
export interface Random {
  bytes(count: number): Uint8Array
}
