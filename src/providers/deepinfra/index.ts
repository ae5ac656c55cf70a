import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { classify } from './classify.ts'
import { estimate } from './estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromWire, toWire } from './wire.ts'

/** Calls at one time to each model, unless agreed otherwise (deepinfra.com/docs, 2026). */
const PARALLEL_CALLS = 200

/** DeepInfra: generations by its own endpoint, which reports the charge; edits as OpenAI has. */
export default defineProvider({
  id: 'deepinfra',
  displayName: 'DeepInfra',
  origin: {
    baseUrl: 'https://api.deepinfra.com/v1',
    ownHosts: ['.deepinfra.com'],
    apiKeyVariable: 'DEEPINFRA_API_KEY',
    baseUrlVariable: 'DEEPINFRA_BASE_URL',
  },
  ...readCatalogue('deepinfra', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['images[]', 'b64_json'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  probe: { method: 'GET', url: '/me/rate_limit' },
  limits: { parallelCalls: PARALLEL_CALLS },
})
