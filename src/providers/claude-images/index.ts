import { noOptions } from '../shared/call-options.ts'
import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { estimate } from '../shared/openai-images/estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import pricesFile from './prices.json' with { type: 'json' }
import { classify, fromWire, SERVICE, toWire } from './wire.ts'

/** Claude as a painter, which it never was: it lives in scenarios, on its emulator alone. */
export default defineProvider({
  id: 'claude-images',
  displayName: SERVICE,
  availability: 'fictional',
  origin: {
    // Never resolves (RFC 6761): there is nobody to whom a key could be shown.
    baseUrl: 'https://claude-images.invalid/v1',
    ownHosts: ['.claude-images.invalid'],
    apiKeyVariable: 'CLAUDE_IMAGES_API_KEY',
    baseUrlVariable: 'CLAUDE_IMAGES_BASE_URL',
  },
  ...readCatalogue('claude-images', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['b64_json'],
  checkOptions: noOptions(),
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  probe: { method: 'GET', url: '/models' },
})
