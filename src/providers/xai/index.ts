import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { classify } from './classify.ts'
import { estimate } from './estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromWire, toWire } from './wire.ts'

/** xAI's Grok Imagine: one answer a call, which says to the tick what it cost. */
export default defineProvider({
  id: 'xai',
  displayName: 'xAI',
  origin: {
    baseUrl: 'https://api.x.ai/v1',
    ownHosts: ['.api.x.ai'],
    apiKeyVariable: 'XAI_API_KEY',
    baseUrlVariable: 'XAI_BASE_URL',
  },
  ...readCatalogue('xai', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['b64_json'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  probe: { method: 'GET', url: '/models' },
  // About 300 requests a minute for each image model (atlascloud.ai on Grok Imagine, 2026-11).
  limits: { callsPerMinute: 300 },
})
