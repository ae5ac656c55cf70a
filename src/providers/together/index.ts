import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { classify } from './classify.ts'
import { estimate } from './estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromWire, toWire } from './wire.ts'

/** Together AI: open models and resold ones behind one synchronous endpoint. */
export default defineProvider({
  id: 'together',
  displayName: 'Together AI',
  origin: {
    baseUrl: 'https://api.together.xyz/v1',
    ownHosts: ['.together.xyz', '.together.ai'],
    apiKeyVariable: 'TOGETHER_API_KEY',
    baseUrlVariable: 'TOGETHER_BASE_URL',
  },
  ...readCatalogue('together', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['b64_json'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  probe: { method: 'GET', url: '/models' },
})
