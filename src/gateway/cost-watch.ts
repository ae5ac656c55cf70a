import { robustScore } from '../core/alerts/conditions/cost-anomaly.ts'
import type { Attempt } from '../core/jobs/request-record.ts'
import { qualityOfCall, sizeOfCall } from '../core/usage/call-shape.ts'
import type { GatewayEvent } from './events.ts'

/** Limits of what is remembered of costs. */
const limits = {
  /** Calls of one kind; the oldest go first. */
  mostCalls: 200,
  mostKinds: 5_000,
} as const

/** Compares what each call costs with its like: the same offer, size and quality. */
export class CostWatch {
  readonly #kinds = new Map<string, readonly number[]>()
  readonly #emit: (event: GatewayEvent) => void
  readonly #limit: number | undefined

  /** @param limit robust standard deviations that are told; never without it. */
  constructor(emit: (event: GatewayEvent) => void, limit: number | undefined) {
    this.#emit = emit
    this.#limit = limit
  }

  /** Takes a settled call. @param images pictures that came. */
  take(attempt: Attempt, images: number): void {
    if (this.#limit === undefined || images === 0 || attempt.costNano === 0n) return
    const eachNano = attempt.costNano / BigInt(images)
    const kind = `${attempt.offer}\n${sizeOfCall(attempt.call)}\n${qualityOfCall(attempt.call)}`
    const others = this.#kinds.get(kind) ?? []
    const found = robustScore(Number(eachNano), others)
    if (found !== undefined && found.score > this.#limit) {
      const usualNano = BigInt(Math.round(found.median))
      this.#emit({ kind: 'cost-unusual', attempt, eachNano, usualNano, score: found.score })
    }
    this.#kinds.delete(kind)
    this.#kinds.set(kind, [...others, Number(eachNano)].slice(-limits.mostCalls))
    if (this.#kinds.size <= limits.mostKinds) return
    const oldest = this.#kinds.keys().next()
    if (oldest.done !== true) this.#kinds.delete(oldest.value)
  }
}
