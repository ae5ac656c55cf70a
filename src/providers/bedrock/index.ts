import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider, type ProviderDefinition } from '../shared/definition.ts'
import { classify } from './classify.ts'
import { toAccount } from './configure.ts'
import { authorize, signerFor } from './credential.ts'
import { estimate } from './estimate.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { hostOf, USUAL_REGION } from './region.ts'
import { fromWire, toWire } from './wire.ts'

/** Amazon Bedrock: Stability's models by `InvokeModel`, with an API key or with AWS signatures. */
const bedrock: ProviderDefinition = defineProvider({
  id: 'bedrock',
  displayName: 'Amazon Bedrock',
  origin: {
    baseUrl: `https://${hostOf(USUAL_REGION)}`,
    // Not `.amazonaws.com`: anybody's bucket lies below that.
    ownHosts: [`.${hostOf(USUAL_REGION)}`],
    apiKeyVariable: 'AWS_BEARER_TOKEN_BEDROCK',
    baseUrlVariable: 'BEDROCK_BASE_URL',
  },
  availability: 'hosted',
  ...readCatalogue('bedrock', modelsFile, pricesFile),
  authorize,
  sign: signerFor(USUAL_REGION),
  imageFields: ['images[]'],
  checkOptions,
  estimate,
  toWire,
  fromWire,
  classify,
  flow: { kind: 'sync' },
  // The list of asynchronous calls is the one thing that the runtime's host tells for nothing.
  probe: { method: 'GET', url: '/async-invoke' },
  configure: (instance) => toAccount(bedrock, instance),
})

export default bedrock
