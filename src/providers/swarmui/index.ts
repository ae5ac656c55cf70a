import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider } from '../shared/definition.ts'
import { drawnSize } from '../shared/own-models.ts'
import { ownEstimate } from '../shared/own-price.ts'
import { classify } from './failures.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { socket } from './progress.ts'
import { readServer } from './settings.ts'
import { fromWire, SESSION, toSession, toWire } from './wire.ts'

/** SwarmUI by its own API, whatever engines stand behind it. An own server. */
const swarmui = defineProvider({
  id: 'swarmui',
  displayName: 'SwarmUI',
  origin: {
    baseUrl: 'http://127.0.0.1:7801',
    ownHosts: [],
    apiKeyVariable: 'SWARMUI_API_KEY',
    baseUrlVariable: 'SWARMUI_BASE_URL',
  },
  availability: 'self_hosted',
  ...readCatalogue('swarmui', modelsFile, pricesFile),
  // The token of an account; a server without accounts asks for none (docs/API.md).
  authorize: (apiKey): Readonly<Record<string, string>> =>
    apiKey === '' ? {} : { cookie: `swarm_user_token=${apiKey}` },
  imageFields: [],
  checkOptions,
  estimate: (plan) => ownEstimate(plan, drawnSize(plan)),
  before: toSession,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync', socket },
  probe: SESSION,
  limits: { parallelCalls: 1 },
  configure: (instance) => ({
    ...swarmui,
    id: instance.id,
    displayName: `${swarmui.displayName} (${instance.id})`,
    ...readServer(instance),
  }),
})

export default swarmui
