import { noOptions } from '../shared/call-options.ts'
import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { estimate } from '../shared/openai-images/estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import pricesFile from './prices.json' with { type: 'json' }
import { classify, fromWire, SERVICE, toWire } from './wire.ts'

/** A hosted Janus that never existed: it lives in scenarios, on its emulator alone. */
export default defineProvider({
  id: 'deepseek-janus',
  displayName: SERVICE,
  availability: 'fictional',
  origin: {
    // Never resolves (RFC 6761): there is nobody to whom a key could be shown.
    baseUrl: 'https://deepseek-janus.invalid/v1',
    ownHosts: ['.deepseek-janus.invalid'],
    apiKeyVariable: 'JANUS_API_KEY',
    baseUrlVariable: 'JANUS_BASE_URL',
  },
  ...readCatalogue('deepseek-janus', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['b64_json'],
  checkOptions: noOptions(),
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  probe: { method: 'GET', url: '/models' },
  // Article 002: ten calls at once, unless capacity is reserved.
  limits: { parallelCalls: 10 },
})
