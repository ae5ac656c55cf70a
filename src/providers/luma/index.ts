import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { askJob } from '../shared/poll-reader.ts'
import { estimate } from './estimate.ts'
import { failures } from './failures.ts'
import { fromPoll, fromSubmit } from './generations.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { toWire } from './wire.ts'

/** Pause between polls; a picture takes ten seconds or more. */
const POLL_EVERY_MS = 1_000

/** Luma's Dream Machine API: the Photon models, by submit and poll. */
export default defineProvider({
  id: 'luma',
  displayName: 'Luma',
  origin: {
    baseUrl: 'https://api.lumalabs.ai/dream-machine/v1',
    ownHosts: ['.api.lumalabs.ai'],
    apiKeyVariable: 'LUMA_API_KEY',
    baseUrlVariable: 'LUMA_BASE_URL',
  },
  ...readCatalogue('luma', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: [],
  checkOptions,
  estimate,
  toWire,
  fromWire: fromSubmit,
  classify: failures.classify,
  flow: { kind: 'poll', everyMs: POLL_EVERY_MS, toPoll: askJob, fromPoll },
  probe: { method: 'GET', url: '/credits' },
})
