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

/** Pause between polls, as Luma's own examples make it (docs.agents.lumalabs.ai, 2026-11-25). */
const POLL_EVERY_MS = 2_000

/** Luma's usual limits of one key (docs.agents.lumalabs.ai, error handling, read 2026-11-25). */
const LIMITS = { parallelCalls: 10, callsPerMinute: 30 } as const

/** Luma's Agents API: the Uni-1 models, by submit and poll. */
export default defineProvider({
  id: 'luma-agents',
  displayName: 'Luma Agents',
  origin: {
    baseUrl: 'https://agents.lumalabs.ai/v1',
    ownHosts: ['.agents.lumalabs.ai'],
    apiKeyVariable: 'LUMA_AGENTS_API_KEY',
    baseUrlVariable: 'LUMA_AGENTS_BASE_URL',
  },
  ...readCatalogue('luma-agents', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: [],
  checkOptions,
  estimate,
  toWire,
  fromWire: fromSubmit,
  classify: failures.classify,
  flow: { kind: 'poll', everyMs: POLL_EVERY_MS, toPoll: askJob, fromPoll },
  limits: LIMITS,
})
