import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { transportLimits } from '../shared/transport.ts'
import { failures } from './classify.ts'
import { estimate } from './estimate.ts'
import { fromPoll, toPoll } from './jobs.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { shapeOf } from './shape.ts'
import { fromWire, toWire } from './wire.ts'

/** Pause between polls: what a public client takes (@ai-sdk/fireworks 3.0.62, 2026-11-13). */
const POLL_EVERY_MS = 500

/** Fireworks AI: three shapes of calls, of which one is submitted and polled. */
export default defineProvider({
  id: 'fireworks',
  displayName: 'Fireworks AI',
  origin: {
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    ownHosts: ['.fireworks.ai'],
    apiKeyVariable: 'FIREWORKS_API_KEY',
    baseUrlVariable: 'FIREWORKS_BASE_URL',
  },
  ...readCatalogue('fireworks', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: ['base64', 'base64[]'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify: failures.classify,
  flow: {
    kind: 'poll',
    everyMs: POLL_EVERY_MS,
    toPoll,
    fromPoll,
    // The other shapes answer a submit with the picture itself.
    submitMs: ({ model }) =>
      shapeOf(model) === 'kontext' ? transportLimits.submitMs : model.timeoutMs,
  },
  probe: { method: 'GET', url: '/models' },
})
