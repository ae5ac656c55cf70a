import type { JsonObject } from '../json.ts'
import type { Instant } from '../time.ts'
import type { Notice } from './notice.ts'

/** What a notice of each type looks like; for who builds a receiver. */
const samples: Readonly<Record<string, JsonObject>> = {
  'image.completed': {
    ...{ id: 'req_0000000000sample', object: 'request', status: 'completed' },
    ...{ operation: 'generate', model: 'flux-schnell', provider: 'together', route: 'direct' },
    ...{ cost: '0.003', list_cost: '0.04', saved: '0.037', simulated: true, images: [] },
  },
  'image.failed': {
    ...{ id: 'req_0000000000sample', object: 'request', status: 'failed' },
    ...{ operation: 'generate', model: 'flux-schnell', cost: '0', simulated: true, images: [] },
    error: { code: 'no_provider_available', message: 'No provider could make it.' },
  },
  'batch.completed': {
    ...{ id: 'batch_sample', object: 'batch', status: 'completed' },
    ...{ request_counts: { total: 3, completed: 3, failed: 0 }, cost: '0.009' },
  },
  'price.changed': { subject: 'acme/painter', severity: 'warning', text: 'raised +50 %' },
  'budget.threshold': { subject: 'total', severity: 'warning', percent: 80, text: '80 % spent' },
  'budget.exceeded': { subject: 'total', severity: 'critical', percent: 100, text: 'spent' },
  'latency.exceeded': { subject: 'acme/painter', severity: 'warning', p95_ms: 9_100 },
  'cost_per_accepted.drift': { subject: 'acme/hero', severity: 'warning', cost: '0.016' },
  'provider.down': { subject: 'acme', severity: 'warning', provider: 'acme' },
  'provider.up': { subject: 'acme', severity: 'info', provider: 'acme' },
}

/** A notice that says of itself that it is a test. */
export const sampleNotice = (type: string, tenant: string, at: Instant): Notice => ({
  ...{ type, tenant, at },
  data: { ...(samples[type] ?? { subject: 'sample', severity: 'warning' }), test: true },
})
