import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'
import { classify } from './classify.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromWire, toWire } from './wire.ts'

/** Requests and pictures a user may ask for a minute (recraft.ai/docs, limits, read 2026-11-25). */
const LIMITS = { callsPerMinute: 300, imagesPerMinute: 100 } as const

/** Recraft: its raster models by one synchronous call. */
export default defineProvider({
  id: 'recraft',
  displayName: 'Recraft',
  origin: {
    baseUrl: 'https://external.api.recraft.ai/v1',
    ownHosts: ['.api.recraft.ai'],
    apiKeyVariable: 'RECRAFT_API_KEY',
    baseUrlVariable: 'RECRAFT_BASE_URL',
  },
  ...readCatalogue('recraft', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['b64_json'],
  checkOptions,
  estimate: exactEstimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  limits: LIMITS,
  probe: { method: 'GET', url: '/users/me' },
})
