import type { Provider } from '../ports/provider.ts'
import type { ReportedCall, WebhookAddresses } from '../ports/webhook-addresses.ts'
import { JobWatch, type WatchTools } from './job-watch.ts'
import type { OpenAttempt } from './open-attempt.ts'

/** Times its usual duration that a job may take before its report is given up. */
const USUAL_DURATIONS = 4

/** The calls of this process whose ends providers report, and how well they do. */
export class WebhookDesk {
  readonly #addresses: WebhookAddresses | undefined
  readonly #watches = new Map<string, JobWatch>()
  /** Ends in a row that no report told first, by provider. */
  readonly #missed = new Map<string, number>()

  /** @param addresses without them nothing is ever reported. */
  constructor(addresses?: WebhookAddresses) {
    this.#addresses = addresses
  }

  /** Where a provider reports a call; undefined when it cannot, or never does. */
  addressFor(provider: Provider, attemptId: string): ReturnType<WebhookAddresses['addressFor']> {
    if (provider.readDelivery === undefined) return undefined
    return this.#addresses?.addressFor(provider, attemptId)
  }

  /** Whether an address is one of ours. */
  isGenuine(call: ReportedCall, token: string): boolean {
    return this.#addresses?.isGenuine(call, token) === true
  }

  /** The secret that was sent with a call. */
  secretOf(call: ReportedCall): string {
    return this.#addresses?.secretOf(call) ?? ''
  }

  /** Who follows a call; undefined when this process does not make it. */
  watchOf(attemptId: string): JobWatch | undefined {
    return this.#watches.get(attemptId)
  }

  /** A provider's report has come, in time or not. */
  arrived(provider: string): void {
    this.#missed.delete(provider)
  }

  /**
   * Follows a call while it is made, or taken up again after a restart.
   * @param patienceMs how long its job is looked for when its answer is lost, at least.
   * @param use gets no watch when the provider was not asked to report the call.
   */
  async during<Result>(
    open: OpenAttempt,
    patienceMs: number,
    tools: WatchTools,
    use: (watch: JobWatch | undefined) => Promise<Result>,
  ): Promise<Result> {
    const { attempt, plan, provider } = open
    if (attempt.call.webhook !== true) return use(undefined)
    const usualMs = plan.model.typicalSeconds * 1_000
    const watch = new JobWatch(open, tools, {
      findMs: Math.max(patienceMs, usualMs * USUAL_DURATIONS),
      isExpected: () => (this.#missed.get(provider.id) ?? 0) < tools.limits.missedReports,
    })
    this.#watches.set(attempt.id, watch)
    try {
      return await use(watch)
    } finally {
      this.#watches.delete(attempt.id)
      if (watch.wasMissed) this.#miss(provider.id, tools)
    }
  }

  #miss(provider: string, { limits, log }: WatchTools): void {
    const missed = (this.#missed.get(provider) ?? 0) + 1
    this.#missed.set(provider, missed)
    if (missed !== limits.missedReports) return
    log.warn({ provider }, 'webhooks do not arrive: jobs are polled as often as without them')
  }
}
