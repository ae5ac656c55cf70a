/**
 * Limits of the gateway's own work, each with its reason. The configuration can set some
 * (docs/settings.md).
 */
export interface GatewayLimits {
  /** Bytes of pictures in flight, reserved at admission. */
  readonly bytesInFlight: number
  /** Requests waiting for bytes; more are answered 429 at once. */
  readonly waitingForBytes: number
  /** How long one waits for bytes before it is answered 429, in milliseconds. */
  readonly waitForBytesMs: number
  /** Steps of a plan: the chosen offer and its fallbacks. */
  readonly planSteps: number
  /** How long a call waits for room at an offer when another could be tried, in milliseconds. */
  readonly waitForRoomMs: number
  /** How long it waits at the last offer of its plan; the caller's deadline ends it earlier. */
  readonly waitForLastRoomMs: number
  /** The same for a job, which nobody waits for: a night's work at the pace of its provider. */
  readonly waitForJobRoomMs: number
  /** Jobs that this process makes at the same time, and how many of them for one key. */
  readonly parallelJobs: number
  readonly parallelJobsPerKey: number
  /** Pause between two looks for jobs that are due and for cancellations, in milliseconds. */
  readonly lookForWorkMs: number
  /** How long a repetition waits for its turn, in milliseconds. */
  readonly waitForRetryMs: number
  /** Pause between polls of a job whose end the provider reports by itself, in milliseconds. */
  readonly reportedPollMs: number
  /** Ends in a row that a poll found first, after which reports are not waited for any more. */
  readonly missedReports: number
  /** How long the report of a job is waited for whose submit was not answered, at least. */
  readonly lostAnswerMs: number
  /** The same after a restart, when nobody waits; providers repeat what they could not deliver. */
  readonly lostProcessMs: number
  /** The longest that it is waited for after a long outage, in milliseconds. */
  readonly longestLostMs: number
  /** How often the database is asked whether another process learnt the job, in milliseconds. */
  readonly lookForJobMs: number
  /** How long a process owns its requests without renewing, in milliseconds. */
  readonly leaseMs: number
  /** Requests taken over by one look for abandoned work. */
  readonly recoverBatch: number
  /** When a request that this process cannot take up is offered again, in milliseconds. */
  readonly offerAgainMs: number
  /** Tries of a write that follows a paid answer. */
  readonly settleTries: number
  readonly settlePauseMs: number
  /** Somebody waits for the picture: no further try begins after so long, in milliseconds. */
  readonly settlePatienceMs: number
  /** Commits that wait in memory for a database that was lost longer than these tries. */
  readonly lateWrites: number
  /** How long pictures answer equal requests, in milliseconds. */
  readonly cacheTtlMs: number
  /** Expired cache entries deleted by one sweep. */
  readonly purgeBatch: number
}

/** Defaults. 72 hours of cache is the articles' figure (algorithms and case study, 2026-06). */
export const defaultLimits: GatewayLimits = {
  bytesInFlight: 256 * 1024 * 1024,
  waitingForBytes: 512,
  waitForBytesMs: 5_000,
  planSteps: 3,
  waitForRoomMs: 10_000,
  waitForLastRoomMs: 120_000,
  waitForJobRoomMs: 3_600_000,
  parallelJobs: 64,
  parallelJobsPerKey: 48,
  lookForWorkMs: 500,
  waitForRetryMs: 30_000,
  reportedPollMs: 5_000,
  missedReports: 3,
  lostAnswerMs: 20_000,
  lostProcessMs: 120_000,
  // fal repeats a report ten times in two hours (docs.fal.ai, webhooks, read 2026-11-20).
  longestLostMs: 7_200_000,
  lookForJobMs: 2_000,
  leaseMs: 10_000,
  recoverBatch: 100,
  offerAgainMs: 60_000,
  settleTries: 6,
  settlePauseMs: 250,
  settlePatienceMs: 8_000,
  lateWrites: 10_000,
  cacheTtlMs: 72 * 3_600_000,
  purgeBatch: 1_000,
}
