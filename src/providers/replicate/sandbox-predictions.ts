import { dollarsFromNano } from '../../core/money.ts'
import type { EmulatorKit, Fault } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import type { EmulatedModel } from './sandbox-fields.ts'
import type { EmulatedTask } from './sandbox-input.ts'

/** An accepted prediction. Its state is a function of the time that has passed and of a stop. */
export interface EmulatedPrediction {
  readonly id: string
  readonly key: string
  readonly modelName: string
  readonly model: EmulatedModel
  readonly version: string
  readonly input: unknown
  readonly task: EmulatedTask
  readonly seed: number
  readonly createdAt: number
  /** Seconds of work, as they are charged; to the millisecond. */
  readonly predictSeconds: number
  readonly startMs: number
  readonly runMs: number
  /** `Cancel-After`, as an instant. */
  readonly deadline: number | undefined
  readonly fault: Fault | undefined
  readonly webhook: { readonly url: string; readonly events: readonly string[] } | undefined
  cancelledAt?: number
  /** Whether its seconds were charged. */
  isCharged: boolean
}

/** How a prediction stands at an instant. */
export interface PredictionView {
  readonly status: 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled' | 'aborted'
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  /** Seconds of work so far or in all. */
  readonly predictSeconds: number
  readonly error: string | null
  /** Whether its data were deleted. */
  readonly isRemoved: boolean
}

/** Data of API predictions are deleted after an hour (replicate.com/docs, read 2026-11-20). */
const RETENTION_MS = 60 * 60_000
/** Emulated time may pass a thousand times faster; clients' pauses between polls do not. */
const SHORTEST_RETENTION_MS = 30_000
/** Share of the work after which a prediction is no longer shown as starting. */
const SHOWN_FROM = 0.1
/** A prediction runs for half an hour at most (same source). */
const LONGEST_RUN_MS = 30 * 60_000
/** Predictions of half a day are kept; the emulator's own. */
const MAX_KEPT = 10_000

/** When each emulated failure shows, as a share of the work, and in which words. */
const ENDS: Readonly<Partial<Record<Fault, { readonly at: number; readonly error: string }>>> = {
  'moderate-input': {
    at: 0.1,
    error: 'The input or output was flagged as sensitive. Try again with other inputs. (E005)',
  },
  'moderate-output': {
    at: 1,
    error: 'NSFW content detected. Try running it again, or try a different prompt.',
  },
  'job-fails': {
    at: 0.6,
    error: 'Service is temporarily unavailable due to high demand. Please try again later. (E003)',
  },
}

/** How a prediction stands. */
export function viewPrediction(job: EmulatedPrediction, kit: EmulatorKit): PredictionView {
  const now = kit.now()
  const end = job.fault === undefined ? undefined : ENDS[job.fault]
  const isStuck = job.fault === 'job-stuck'
  const startedAt = isStuck ? Number.POSITIVE_INFINITY : job.createdAt + job.startMs
  const endsAt = startedAt + job.runMs * (end?.at ?? 1)
  const tooLong = startedAt + kit.scaled(LONGEST_RUN_MS)
  const stopsAt = Math.min(job.deadline ?? tooLong, job.cancelledAt ?? tooLong, tooLong)
  const hasStarted = now >= startedAt
  const shared = { startedAt: hasStarted ? startedAt : undefined, error: null, isRemoved: false }
  if (stopsAt <= now && stopsAt < endsAt) {
    const isEarly = stopsAt < startedAt
    return {
      ...shared,
      status: isEarly ? 'aborted' : 'canceled',
      startedAt: isEarly ? undefined : startedAt,
      endedAt: stopsAt,
      predictSeconds: isEarly ? 0 : secondsUntil(job, stopsAt - startedAt),
    }
  }
  const predictSeconds = hasStarted ? secondsUntil(job, Math.min(now, endsAt) - startedAt) : 0
  if (now < endsAt) {
    // A warm machine begins at once, and shows it a little later.
    const isShown = now - startedAt >= job.runMs * SHOWN_FROM
    const status = hasStarted && isShown ? 'processing' : 'starting'
    return { ...shared, status, endedAt: undefined, predictSeconds }
  }
  const keptMs = Math.max(SHORTEST_RETENTION_MS, kit.scaled(RETENTION_MS))
  return {
    ...shared,
    status: end === undefined ? 'succeeded' : 'failed',
    endedAt: endsAt,
    predictSeconds,
    error: end?.error ?? null,
    isRemoved: now - endsAt > keptMs,
  }
}

/** Seconds of work after so many emulated milliseconds of it. */
function secondsUntil({ runMs, predictSeconds }: EmulatedPrediction, elapsedMs: number): number {
  const share = runMs > 0 ? Math.min(1, elapsedMs / runMs) : 1
  return Math.round(predictSeconds * share * 1_000) / 1_000
}

/** Pictures that a prediction gave. */
export function pictureCount({ fault, task }: EmulatedPrediction): number {
  if (fault === 'empty') return 0
  return fault === 'wrong-count' ? Math.max(0, task.count - 1) : task.count
}

const MILLI = 1_000n

/**
 * Charges an official model's prediction when it is taken in: its machine is warm, so the work has
 * begun. By the picture; what fails is free, and so is what never begins.
 */
export function chargeOfficial(job: EmulatedPrediction, kit: EmulatorKit): void {
  const { price } = job.model
  const isFree = job.fault === 'job-stuck' || (job.fault !== undefined && job.fault in ENDS)
  if ('perImageNano' in price && !isFree) {
    charge(kit, job, BigInt(pictureCount(job)) * price.perImageNano)
  }
}

/** Charges the predictions that have ended by their seconds of work, whatever these gave. */
export function chargeSeconds(kit: EmulatorKit): void {
  for (const job of predictionsOf(kit).values()) {
    const { price } = job.model
    if (job.isCharged || !('perSecondNano' in price)) continue
    const view = viewPrediction(job, kit)
    if (view.endedAt === undefined) continue
    job.isCharged = true
    const milliseconds = BigInt(Math.round(view.predictSeconds * 1_000))
    charge(kit, job, (milliseconds * price.perSecondNano) / MILLI)
  }
}

function charge(kit: EmulatorKit, job: EmulatedPrediction, nano: bigint): void {
  if (nano === 0n) return
  const dollars = dollarsFromNano(nano)
  kit.bill({ model: job.modelName, images: pictureCount(job), dollars, requestId: job.id })
}

/** All predictions of this emulator, oldest first. */
export const predictionsOf = (kit: EmulatorKit): Map<string, EmulatedPrediction> =>
  kept(kit, 'predictions', () => new Map<string, EmulatedPrediction>())

/** Forgets the oldest predictions when there are too many. */
export function forgetOldest(kit: EmulatorKit): void {
  const predictions = predictionsOf(kit)
  for (const id of predictions.keys()) {
    if (predictions.size <= MAX_KEPT) return
    predictions.delete(id)
  }
}
