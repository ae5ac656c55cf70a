import { priceRowsSchema } from '../../core/pricebook/price-row.ts'
import { defineProvider } from '../shared/definition.ts'
import { readModelsFile } from '../shared/models-file.ts'
import { estimate } from './estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { classify, fromWire, toWire } from './wire.ts'

/** Stability AI: Stable Image and Stable Diffusion 3.5, by one call with one answer. */
export default defineProvider({
  id: 'stability',
  displayName: 'Stability AI',
  origin: {
    baseUrl: 'https://api.stability.ai',
    ownHosts: ['.stability.ai'],
    apiKeyVariable: 'STABILITY_API_KEY',
    baseUrlVariable: 'STABILITY_BASE_URL',
  },
  ...readModelsFile('stability', modelsFile),
  prices: priceRowsSchema.parse(pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['image'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  probe: { method: 'GET', url: '/v1/user/balance' },
})
