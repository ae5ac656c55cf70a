import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { authorizeOwn } from '../shared/own-key.ts'
import { drawnSize } from '../shared/own-models.ts'
import { ownEstimate } from '../shared/own-price.ts'
import { classify } from './failures.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromBusy, look, watch } from './progress.ts'
import { readServer } from './settings.ts'
import { fromWire, toWire } from './wire.ts'

/** AUTOMATIC1111's web UI and what speaks its API: Forge, reForge, SD.Next. An own server. */
const a1111 = defineProvider({
  id: 'a1111',
  displayName: 'AUTOMATIC1111, Forge, SD.Next',
  origin: {
    baseUrl: 'http://127.0.0.1:7860',
    ownHosts: [],
    apiKeyVariable: 'A1111_API_KEY',
    baseUrlVariable: 'A1111_BASE_URL',
  },
  availability: 'self_hosted',
  ...readCatalogue('a1111', modelsFile, pricesFile),
  authorize: authorizeOwn,
  imageFields: ['images[]', 'live_preview'],
  checkOptions,
  estimate: (plan) => ownEstimate(plan, drawnSize(plan)),
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync', watch },
  probe: look,
  backlog: { toLook: look, fromLook: fromBusy },
  interrupt: { method: 'POST', url: '/sdapi/v1/interrupt' },
  // One job at a time behind a lock; a further request waits there without a word.
  limits: { parallelCalls: 1 },
  configure: (instance) => ({
    ...a1111,
    id: instance.id,
    displayName: `${a1111.displayName} (${instance.id})`,
    ...readServer(instance),
  }),
})

export default a1111
