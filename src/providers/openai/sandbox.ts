import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
} from '../shared/emulator.ts'
import { countInMinute } from '../shared/emulator-state.ts'
import { jsonAnswer } from '../shared/emulator-wire.ts'
import { readModelsFile } from '../shared/models-file.ts'
import { noSuchPath, openAIWords } from '../shared/openai-images/emulated-errors.ts'
import { type EmulatedImages, makePictures } from '../shared/openai-images/emulated-images.ts'
import { tokensNano } from '../shared/openai-images/emulated-tokens.ts'
import modelsFile from './models.json' with { type: 'json' }
import { routeBatches } from './sandbox-batches.ts'
import { ratesOf } from './sandbox-bill.ts'

const { models } = readModelsFile('openai', modelsFile)

/** Requests a minute that the rate-limit headers count down from. */
const REQUESTS_PER_MINUTE = 500

/** OpenAI's Images API; every model is paid by tokens. */
const service: EmulatedImages = {
  findModel: (name) =>
    models.find(({ id, otherNames }) => id === name || otherNames.includes(name)),
  costNano: ({ model }, tokens) =>
    tokens === undefined ? 0n : tokensNano(tokens, ratesOf(model.id)),
  words: openAIWords,
}

/** Emulates OpenAI's Images API (generations, edits, models), strict about parameters. */
export default defineEmulator({
  id: 'openai',
  basePath: '/v1',
  async handle(request, kit) {
    const requestId = `req_${kit.hexId(32)}`
    const answer = await route(request, kit, requestId)
    return { ...answer, headers: { 'x-request-id': requestId, ...limits(kit), ...answer.headers } }
  },
})

async function route(
  request: EmulatorRequest,
  kit: EmulatorKit,
  requestId: string,
): Promise<EmulatorAnswer> {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (bearer === undefined || bearer.startsWith('invalid')) return openAIWords.noSuchKey()
  const { method, path } = request
  if (method === 'GET' && path === '/v1/models') return listModels()
  if (method === 'GET' && path.startsWith('/v1/models/')) return oneModel(path.slice(11))
  if (method === 'POST' && Object.hasOwn(KINDS, path)) return paint(request, kit, requestId)
  if (/^\/v1\/(files|batches)\b/.test(path)) {
    return routeBatches(request, kit, (line, inner) => paint(line, inner, `req_${kit.hexId(32)}`))
  }
  return noSuchPath(method, path)
}

const KINDS = { '/v1/images/generations': 'generation', '/v1/images/edits': 'edit' } as const

const paint = (request: EmulatorRequest, kit: EmulatorKit, requestId: string) =>
  makePictures(service, KINDS[request.path as keyof typeof KINDS], request, kit, requestId)

const modelObjects = models.flatMap((model) =>
  [model.id, ...model.otherNames].map((id) => ({
    id,
    object: 'model',
    created: Math.floor(Date.parse(model.lifecycle.availableFrom ?? '2025-10-06') / 1_000),
    owned_by: 'system',
    shutdown_date: model.lifecycle.shutdownAt ?? null,
  })),
)

const listModels = (): EmulatorAnswer => jsonAnswer(200, { object: 'list', data: modelObjects })

function oneModel(id: string): EmulatorAnswer {
  const found = modelObjects.find((model) => model.id === id)
  return found === undefined ? openAIWords.noSuchModel(id) : jsonAnswer(200, found)
}

/** How many requests are left in this minute; counted, not enforced. */
function limits(kit: EmulatorKit): Record<string, string> {
  const count = countInMinute(kit, 'requests')
  const secondsLeft = 60 - Math.floor((kit.now() % 60_000) / 1_000)
  return {
    'x-ratelimit-limit-requests': String(REQUESTS_PER_MINUTE),
    'x-ratelimit-remaining-requests': String(Math.max(0, REQUESTS_PER_MINUTE - count)),
    'x-ratelimit-reset-requests': `${secondsLeft}s`,
    'openai-version': '2020-10-01',
  }
}
