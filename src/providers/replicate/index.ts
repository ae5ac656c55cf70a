import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider, type ProviderDefinition } from '../shared/definition.ts'
import { mappedEstimate } from '../shared/mapped-estimate.ts'
import { withInstance } from '../shared/with-instance.ts'
import { readSettings } from './configure.ts'
import { classify } from './failures.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import { fromCancel, fromPoll, fromSubmit, toCancel, toPoll } from './predictions.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { webhook } from './webhook.ts'
import { submitMs, toUpload, toWire } from './wire.ts'

/** Pause between polls, as Replicate's own client makes it (npm replicate 1.4.0). */
const POLL_EVERY_MS = 500

/** Predictions an account may create a minute (replicate.com/docs, read 2026-11-20). */
const CALLS_PER_MINUTE = 600

/** Replicate: official models by the picture, all others by the second of their hardware. */
const replicate: ProviderDefinition = defineProvider({
  id: 'replicate',
  displayName: 'Replicate',
  origin: {
    baseUrl: 'https://api.replicate.com/v1',
    ownHosts: ['.api.replicate.com'],
    apiKeyVariable: 'REPLICATE_API_TOKEN',
    baseUrlVariable: 'REPLICATE_BASE_URL',
  },
  ...readCatalogue('replicate', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: [],
  checkOptions,
  estimate: mappedEstimate,
  before: toUpload,
  toWire,
  fromWire: fromSubmit,
  classify,
  flow: { kind: 'poll', everyMs: POLL_EVERY_MS, toPoll, fromPoll, submitMs },
  cancel: { toCancel, fromCancel },
  webhook,
  limits: { callsPerMinute: CALLS_PER_MINUTE },
  probe: { method: 'GET', url: '/account' },
  configure: (instance) => withInstance(replicate, instance, readSettings(instance)),
})

export default replicate
