import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { batch } from './batch.ts'
import { classify } from './classify.ts'
import { estimate } from './estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromEvent, fromWire, toWire } from './wire.ts'

/** Google's Gemini API: image models by generateContent, one picture a call, paid by tokens. */
export default defineProvider({
  id: 'gemini',
  displayName: 'Google Gemini',
  origin: {
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    // Not all of googleapis.com: anybody's storage lies there too.
    ownHosts: ['.generativelanguage.googleapis.com'],
    apiKeyVariable: 'GEMINI_API_KEY',
    baseUrlVariable: 'GEMINI_BASE_URL',
  },
  ...readCatalogue('gemini', modelsFile, pricesFile),
  authorize: (apiKey) => ({ 'x-goog-api-key': apiKey }),
  imageFields: ['data'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync', fromEvent },
  batch,
  probe: { method: 'GET', url: '/models' },
})
