import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'
import { toWire } from './form.ts'
import { fromAnswer, fromPoll, POLL_EVERY_MS, submitMs, toPoll } from './jobs.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { classify } from './wire.ts'

/**
 * Stability AI: Stable Image and Stable Diffusion 3.5. Most services answer with the picture, two
 * with a job that is polled.
 */
export default defineProvider({
  id: 'stability',
  displayName: 'Stability AI',
  origin: {
    baseUrl: 'https://api.stability.ai',
    ownHosts: ['.stability.ai'],
    apiKeyVariable: 'STABILITY_API_KEY',
    baseUrlVariable: 'STABILITY_BASE_URL',
  },
  ...readCatalogue('stability', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['image'],
  checkOptions,
  estimate: exactEstimate,
  toWire,
  fromWire: fromAnswer,
  classify,
  flow: { kind: 'poll', everyMs: POLL_EVERY_MS, toPoll, fromPoll, submitMs },
  probe: { method: 'GET', url: '/v1/user/balance' },
})
