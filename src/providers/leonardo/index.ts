import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { askJob } from '../shared/poll-reader.ts'
import { failures } from './classify.ts'
import { estimate } from './estimate.ts'
import { fromPoll } from './jobs.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { toUpload } from './uploads.ts'
import { fromWire, toWire } from './wire.ts'

/** Pause between polls; Leonardo allows 2,000 requests a minute in all. */
const POLL_EVERY_MS = 2_000

/** Leonardo.Ai: jobs that tell their cost when they are accepted, and then are polled. */
export default defineProvider({
  id: 'leonardo',
  displayName: 'Leonardo.Ai',
  origin: {
    baseUrl: 'https://cloud.leonardo.ai/api/rest/v1',
    ownHosts: ['.cloud.leonardo.ai'],
    apiKeyVariable: 'LEONARDO_API_KEY',
    baseUrlVariable: 'LEONARDO_BASE_URL',
  },
  // No price is published; the operator's book adds them.
  ...readCatalogue('leonardo', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: [],
  checkOptions,
  estimate,
  before: toUpload,
  toWire,
  fromWire,
  classify: failures.classify,
  flow: { kind: 'poll', everyMs: POLL_EVERY_MS, toPoll: askJob, fromPoll },
  probe: { method: 'GET', url: '/me' },
  // docs.leonardo.ai/v1.0/reference/limits, read 2026-11-20: 10 image jobs at once, 100 generations
  // a minute; up to 200 more wait in a queue.
  limits: { parallelCalls: 10, callsPerMinute: 100 },
})
