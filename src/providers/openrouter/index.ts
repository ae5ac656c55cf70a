import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { classify } from './classify.ts'
import { estimate } from './estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromEvent, fromWire, toWire } from './wire.ts'

/** OpenRouter's Image API: many suppliers' models in one shape, at the exact cost of each call. */
export default defineProvider({
  id: 'openrouter',
  displayName: 'OpenRouter',
  origin: {
    baseUrl: 'https://openrouter.ai/api/v1',
    ownHosts: ['.openrouter.ai'],
    apiKeyVariable: 'OPENROUTER_API_KEY',
    baseUrlVariable: 'OPENROUTER_BASE_URL',
  },
  ...readCatalogue('openrouter', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['b64_json'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync', fromEvent },
  // The lists of models are open to all; only this one needs a good key.
  probe: { method: 'GET', url: '/key' },
})
