import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { postJson } from '../shared/wire-request.ts'
import { estimate } from './estimate.ts'
import { classify } from './failures.ts'
import { fromPoll, fromSubmit, toPoll } from './generations.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { webhook } from './webhook.ts'
import { toWire } from './wire.ts'

/** Pause between polls; they are limited per organisation, at a rate that is not published. */
const POLL_EVERY_MS = 1_000

/** Unfinished requests at one time (ideogram.ai/features/api-pricing, read 2026-11-25). */
const PARALLEL_CALLS = 10

/** Ideogram: its models by the second version of its API, by submit and poll. */
export default defineProvider({
  id: 'ideogram',
  displayName: 'Ideogram',
  origin: {
    baseUrl: 'https://api.ideogram.ai',
    ownHosts: ['.api.ideogram.ai'],
    apiKeyVariable: 'IDEOGRAM_API_KEY',
    baseUrlVariable: 'IDEOGRAM_BASE_URL',
  },
  ...readCatalogue('ideogram', modelsFile, pricesFile),
  authorize: (apiKey) => ({ 'api-key': apiKey }),
  imageFields: [],
  checkOptions,
  estimate,
  toWire,
  fromWire: fromSubmit,
  classify,
  flow: { kind: 'poll', everyMs: POLL_EVERY_MS, toPoll, fromPoll },
  webhook,
  limits: { parallelCalls: PARALLEL_CALLS },
  // A dry run is checked and priced, not made and not charged.
  probe: postJson('/v2/image/generate/ideogram-4?dry_run=true', {
    prompt: 'a red cup',
    rendering_speed: 'turbo',
  }),
})
