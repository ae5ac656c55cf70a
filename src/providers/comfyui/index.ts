import { priceRowsSchema } from '../../core/pricebook/price-row.ts'
import { defineProvider, type ProviderDefinition } from '../shared/definition.ts'
import { readModelsFile } from '../shared/models-file.ts'
import { authorizeOwn } from '../shared/own-key.ts'
import { drawnSize } from '../shared/own-models.ts'
import { ownEstimate } from '../shared/own-price.ts'
import { classify } from './failures.ts'
import { builtInWorkflow } from './graph.ts'
import { listen } from './messages.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { type ComfyServer, readServer } from './settings.ts'
import {
  cancel,
  fromLook,
  fromPoll,
  fromQueueLength,
  fromSubmit,
  toLook,
  toPoll,
  toUploads,
  toWire,
} from './wire.ts'

/** Pause between polls of the history, which cost the server nothing. */
const POLL_EVERY_MS = 500
/** Pause between looks into the queue, which lists all jobs with their graphs. */
const LOOK_EVERY_MS = 2_000

const file = readModelsFile('comfyui', modelsFile)
const typical: ComfyServer = {
  ...file,
  prices: priceRowsSchema.parse(pricesFile),
  // One job at a time; the others wait in the server's queue.
  limits: { parallelCalls: 1 },
  workflows: new Map(
    file.models.map(({ id, wireName = id }) => [
      id,
      builtInWorkflow({ checkpoint: wireName, sampler: 'euler', scheduler: 'normal' }),
    ]),
  ),
}

/** ComfyUI: graphs on a server of one's own, by submit and poll. */
const comfyui = (server: ComfyServer, id: string, displayName: string): ProviderDefinition => {
  const { workflows, ...facts } = server
  const find = (modelId: string) => workflows.get(modelId)
  return defineProvider({
    id,
    displayName,
    origin: {
      baseUrl: 'http://127.0.0.1:8188',
      ownHosts: [],
      apiKeyVariable: 'COMFYUI_API_KEY',
      baseUrlVariable: 'COMFYUI_BASE_URL',
    },
    availability: 'self_hosted',
    ...facts,
    authorize: authorizeOwn,
    imageFields: [],
    checkOptions: checkOptions(find),
    estimate: (plan) => ownEstimate(plan, drawnSize(plan)),
    before: toUploads,
    toWire: toWire(find),
    fromWire: fromSubmit,
    classify,
    flow: {
      kind: 'poll',
      everyMs: POLL_EVERY_MS,
      toPoll,
      fromPoll: fromPoll(find),
      presence: { everyMs: LOOK_EVERY_MS, toLook, fromLook },
      listen,
    },
    cancel,
    probe: { method: 'GET', url: '/system_stats' },
    backlog: { toLook: { method: 'GET', url: '/prompt' }, fromLook: fromQueueLength },
    configure: (instance) => comfyui(readServer(instance), instance.id, `ComfyUI (${instance.id})`),
  })
}

export default comfyui(typical, 'comfyui', 'ComfyUI')
