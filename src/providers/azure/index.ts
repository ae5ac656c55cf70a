import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider, type ProviderDefinition } from '../shared/definition.ts'
import { estimate } from '../shared/openai-images/estimate.ts'
import { classify } from './classify.ts'
import { toAccount } from './configure.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { fromEvent, fromWire, toWire } from './wire.ts'

/** Azure OpenAI: the same Images API, under an address and names of the operator's own. */
const azure: ProviderDefinition = defineProvider({
  id: 'azure',
  displayName: 'Azure OpenAI',
  origin: {
    // Never resolves (RFC 6761): a key without an address must not go to a stranger's resource.
    baseUrl: 'https://azure-openai-base-url-is-not-set.invalid/openai/v1',
    ownHosts: [
      '.azure-openai-base-url-is-not-set.invalid',
      '.openai.azure.com',
      '.services.ai.azure.com',
      '.cognitiveservices.azure.com',
    ],
    apiKeyVariable: 'AZURE_OPENAI_API_KEY',
    baseUrlVariable: 'AZURE_OPENAI_BASE_URL',
  },
  availability: 'account',
  ...readCatalogue('azure', modelsFile, pricesFile),
  authorize: (apiKey): Readonly<Record<string, string>> =>
    isEntraToken(apiKey) ? { authorization: `Bearer ${apiKey}` } : { 'api-key': apiKey },
  imageFields: ['b64_json'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync', fromEvent },
  probe: { method: 'GET', url: '/models' },
  configure: (instance) => toAccount(azure, instance),
})

export default azure

/** Whether a credential is a token of Microsoft Entra, a JWT, and not a key of the resource. */
function isEntraToken(credential: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(credential)
}
