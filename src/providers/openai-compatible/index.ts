import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider, type ProviderDefinition } from '../shared/definition.ts'
import { authorizeOwn } from '../shared/own-key.ts'
import { classify } from './failures.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { estimateOf } from './prices.ts'
import { type CompatibleServer, readServer } from './settings.ts'
import { fromWire, toWire } from './wire.ts'

const typical: CompatibleServer = {
  ...readCatalogue('openai-compatible', modelsFile, pricesFile),
  alike: new Map(),
}

/** Whatever speaks OpenAI's Images API: LiteLLM, TokenMix, LocalAI, vLLM-Omni, SGLang, your own. */
const compatible = (
  { alike, ...server }: CompatibleServer,
  id: string,
  displayName: string,
): ProviderDefinition =>
  defineProvider({
    id,
    displayName,
    origin: {
      baseUrl: 'http://127.0.0.1:8091/v1',
      ownHosts: [],
      apiKeyVariable: 'OPENAI_COMPATIBLE_API_KEY',
      baseUrlVariable: 'OPENAI_COMPATIBLE_BASE_URL',
    },
    availability: 'self_hosted',
    ...server,
    authorize: authorizeOwn,
    imageFields: ['b64_json'],
    checkOptions,
    estimate: (plan) => estimateOf(plan, alike.get(plan.model.id)),
    toWire,
    fromWire,
    classify,
    flow: { kind: 'sync' },
    probe: { method: 'GET', url: '/models' },
    configure: (instance) =>
      compatible(readServer(instance), instance.id, `OpenAI-compatible (${instance.id})`),
  })

export default compatible(typical, 'openai-compatible', 'OpenAI-compatible servers')
