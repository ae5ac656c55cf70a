import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { askJob } from '../shared/poll-reader.ts'
import { estimate } from './estimate.ts'
import { classify } from './failures.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromPoll, fromSubmit, toWire } from './wire.ts'

/** Pause between polls: half a second, the lower end of what BFL advises (read 2026-11-20). */
const POLL_EVERY_MS = 500

/** Black Forest Labs: the FLUX models, by submit and poll. */
export default defineProvider({
  id: 'bfl',
  displayName: 'Black Forest Labs',
  origin: {
    baseUrl: 'https://api.bfl.ai',
    ownHosts: ['.bfl.ai'],
    apiKeyVariable: 'BFL_API_KEY',
    baseUrlVariable: 'BFL_BASE_URL',
  },
  ...readCatalogue('bfl', modelsFile, pricesFile),
  authorize: (apiKey) => ({ 'x-key': apiKey }),
  imageFields: [],
  checkOptions,
  estimate,
  toWire,
  fromWire: fromSubmit,
  classify,
  flow: { kind: 'poll', everyMs: POLL_EVERY_MS, toPoll: askJob, fromPoll },
  probe: { method: 'GET', url: '/v1/credits' },
})
