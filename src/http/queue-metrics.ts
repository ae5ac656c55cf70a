import { Counter, Gauge, type Registry } from 'prom-client'
import type { GatewayEvent } from '../gateway/events.ts'
import type { QueueDepth } from '../ports/job-queue.ts'

type Of<Kind extends GatewayEvent['kind']> = Extract<GatewayEvent, { kind: Kind }>

/** What the metrics of the queue hear. */
interface QueueListeners {
  'jobs-claimed'(event: Of<'jobs-claimed'>): void
  'work-taken-over'(event: Of<'work-taken-over'>): void
}

/**
 * Makes the metrics of the queue, and what fills them. Depths are of all processes on a database,
 * as it says when the metrics are read; counts are of this one.
 */
export function listenToQueue(
  registry: Registry,
  depthOf: () => Promise<QueueDepth>,
): QueueListeners {
  const registers = [registry]
  const oldest = new Gauge({
    name: 'keeprate_queue_oldest_seconds',
    help: 'How late the job is that is due longest; 0 when none waits.',
    registers,
  })
  new Gauge({
    name: 'keeprate_queue_requests',
    help: 'Requests that have not ended: queued, running or paused for money.',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset()
      oldest.reset()
      // Without the database nobody knows; other metrics are told all the same.
      const depth = await depthOf().catch(() => undefined)
      if (depth === undefined) return
      for (const [state, count] of depth.counts) this.set({ state }, count)
      oldest.set(depth.oldestMs / 1000)
    },
  })
  const claims = new Counter({
    name: 'keeprate_queue_claims_total',
    help: 'Jobs that this process took from the queue.',
    registers,
  })
  const takenOver = new Counter({
    name: 'keeprate_queue_lease_losses_total',
    help: 'Requests whose process lost its lease, taken over by this one.',
    registers,
  })
  return {
    'jobs-claimed': ({ count }) => claims.inc(count),
    'work-taken-over': ({ count }) => takenOver.inc(count),
  }
}
