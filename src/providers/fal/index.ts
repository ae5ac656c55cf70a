import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider, type ProviderDefinition } from '../shared/definition.ts'
import { mappedEstimate } from '../shared/mapped-estimate.ts'
import { withInstance } from '../shared/with-instance.ts'
import { readSettings } from './configure.ts'
import { classify } from './failures.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromPoll } from './results.ts'
import { webhook } from './webhook.ts'
import { fromCancel, fromSubmit, toCancel, toPoll, toWire } from './wire.ts'

/** Pause between polls, as fal's own client makes it (npm @fal-ai/client 1.10.1). */
const POLL_EVERY_MS = 500

/** Requests that run at once for a new account; up to 40 with credit (docs.fal.ai, 2026-11-20). */
const PARALLEL_CALLS = 2

/** fal: hundreds of hosted models behind one queue, paid by picture, megapixel or second. */
const fal: ProviderDefinition = defineProvider({
  id: 'fal',
  displayName: 'fal',
  origin: {
    baseUrl: 'https://queue.fal.run',
    ownHosts: ['.queue.fal.run', '.api.fal.ai'],
    apiKeyVariable: 'FAL_KEY',
    baseUrlVariable: 'FAL_BASE_URL',
    otherOrigins: { 'https://rest.fal.ai': '/rest', 'https://api.fal.ai': '' },
  },
  ...readCatalogue('fal', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Key ${apiKey}` }),
  imageFields: [],
  checkOptions,
  estimate: mappedEstimate,
  toWire,
  fromWire: fromSubmit,
  classify,
  flow: { kind: 'poll', everyMs: POLL_EVERY_MS, toPoll, fromPoll },
  cancel: { toCancel, fromCancel },
  webhook,
  limits: { parallelCalls: PARALLEL_CALLS },
  probe: {
    method: 'GET',
    url: 'https://api.fal.ai/v1/models/pricing?endpoint_id=fal-ai/flux/schnell',
  },
  configure: (instance) => withInstance(fal, instance, readSettings(instance)),
})

export default fal
