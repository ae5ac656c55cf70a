import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { postJson } from '../shared/wire-request.ts'
import { classify } from './classify.ts'
import { estimate } from './estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromWire, PATH, toWire } from './wire.ts'

/** Runware: open models at the price of their compute time, by lists of tasks. */
export default defineProvider({
  id: 'runware',
  displayName: 'Runware',
  origin: {
    baseUrl: 'https://api.runware.ai',
    ownHosts: ['.api.runware.ai'],
    apiKeyVariable: 'RUNWARE_API_KEY',
    baseUrlVariable: 'RUNWARE_BASE_URL',
  },
  ...readCatalogue('runware', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['imageBase64Data'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  // A search costs nothing; its id is any, because searches are not kept.
  probe: postJson(PATH, [
    {
      taskType: 'modelSearch',
      taskUUID: '5f0d6c5e-3a51-4c0e-8d0b-6f3f6c1b2a10',
      search: 'FLUX',
      limit: 1,
    },
  ]),
})
