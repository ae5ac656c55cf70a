import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { classify } from '../shared/openai-images/classify.ts'
import { estimate } from '../shared/openai-images/estimate.ts'
import { batch } from './batch.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromEvent, fromWire, toWire } from './wire.ts'

/** OpenAI's Images API: GPT image models, one answer or one stream a call, paid by tokens. */
export default defineProvider({
  id: 'openai',
  displayName: 'OpenAI',
  origin: {
    baseUrl: 'https://api.openai.com/v1',
    ownHosts: ['.openai.com'],
    apiKeyVariable: 'OPENAI_API_KEY',
    baseUrlVariable: 'OPENAI_BASE_URL',
  },
  ...readCatalogue('openai', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['b64_json'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify: (answer) => classify(answer, 'OpenAI'),
  flow: { kind: 'sync', fromEvent },
  batch,
  probe: { method: 'GET', url: '/models' },
})
