import { callTimeoutMs } from '../core/breaker/call-timeout.ts'
import { withDuration } from '../core/breaker/latency.ts'
import type { CallPlan } from '../core/catalog/call-plan.ts'
import { offerName } from '../core/catalog/model.ts'

/** Kinds of calls that are remembered; the oldest go first. */
const MAX_KINDS = 10_000

/** What decides how long a call takes; a small draft says nothing of a large picture. */
const kindOf = ({ model, operation, expectedSize, settings, n }: CallPlan): string =>
  [
    offerName(model),
    operation,
    `${expectedSize.width}x${expectedSize.height}`,
    settings.quality ?? 'default',
    settings.steps ?? 'default',
    n,
  ].join(' ')

/** Knows how long calls alike may take before they are given up. */
export class CallTimeouts {
  readonly #durations = new Map<string, readonly number[]>()

  /** How long a call may take. */
  limitMs(plan: CallPlan): number {
    return callTimeoutMs(this.#durations.get(kindOf(plan)) ?? [], plan.model.timeoutMs)
  }

  /** Takes the duration of a call that gave pictures. */
  take(plan: CallPlan, durationMs: number): void {
    const kind = kindOf(plan)
    const known = this.#durations.get(kind) ?? []
    this.#durations.delete(kind)
    this.#durations.set(kind, withDuration(known, durationMs))
    if (this.#durations.size <= MAX_KINDS) return
    const oldest = this.#durations.keys().next()
    if (oldest.done !== true) this.#durations.delete(oldest.value)
  }

  /** A call was given up: what was measured may not hold any more, so it is measured anew. */
  forget(plan: CallPlan): void {
    this.#durations.delete(kindOf(plan))
  }
}
