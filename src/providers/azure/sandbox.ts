import type { Model } from '../../core/catalog/model.ts'
import { defineEmulator, type EmulatorAnswer } from '../shared/emulator.ts'
import { bearerKeyOf, jsonAnswer } from '../shared/emulator-wire.ts'
import { readModelsFile } from '../shared/models-file.ts'
import type { EmulatedWords } from '../shared/openai-images/emulated-errors.ts'
import { type EmulatedImages, makePictures } from '../shared/openai-images/emulated-images.ts'
import { type TokenRates, tokensNano } from '../shared/openai-images/emulated-tokens.ts'
import modelsFile from './models.json' with { type: 'json' }

const { models } = readModelsFile('azure', modelsFile)

/**
 * Nano-dollars per token, and per picture of FLUX, a second time and not from `prices.json`
 * (LiteLLM price list of 2026-08-01, read 2026-11-25).
 */
const RATES: { readonly [model: string]: TokenRates } = {
  'gpt-image-2': [5_000n, 8_000n, 30_000n],
  'gpt-image-1.5': [5_000n, 8_000n, 32_000n],
  'gpt-image-1-mini': [2_000n, 2_500n, 8_000n],
}
const NANO_PER_PICTURE = 40_000_000n

const refusal = (
  status: number,
  error: object,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => jsonAnswer(status, { error }, headers)

/** Azure's words, where they differ from OpenAI's. */
const words: EmulatedWords = {
  noSuchKey: () =>
    refusal(401, {
      code: '401',
      message: 'Access denied due to invalid subscription key or wrong API endpoint.',
    }),
  noSuchModel: () =>
    refusal(404, {
      code: 'DeploymentNotFound',
      message: 'The API deployment for this resource does not exist.',
    }),
  noCredit: () =>
    refusal(429, {
      code: 'insufficient_quota',
      message: 'The quota of this subscription is used.',
    }),
  rateLimited: (_model, pauseSeconds) =>
    refusal(
      429,
      {
        code: '429',
        message: `Requests have exceeded the call rate limit. Retry after ${pauseSeconds} seconds.`,
      },
      { 'retry-after': String(pauseSeconds) },
    ),
  moderated: (stage, requestId) =>
    refusal(400, {
      code: 'contentFilter',
      type: 'image_generation_user_error',
      message:
        stage === 'input'
          ? `Your prompt was filtered by our safety system. Request ${requestId}.`
          : `The generated image was filtered by our safety system. Request ${requestId}.`,
      inner_error: {
        code: 'ResponsibleAIPolicyViolation',
        content_filter_results: { violence: { filtered: true, severity: 'medium' } },
      },
    }),
}

/**
 * The model of a deployment. The emulator knows no configuration, so a deployment is of the model
 * whose name is in its own, the longest if there are several.
 */
function findModel(deployment: string): Model | undefined {
  const name = deployment.toLowerCase()
  const namesOf = ({ id, otherNames }: Model) => [id, ...otherNames].map((one) => one.toLowerCase())
  return models
    .flatMap((model) => namesOf(model).map((known) => ({ model, known })))
    .filter(({ known }) => name.includes(known))
    .sort((one, other) => other.known.length - one.known.length)[0]?.model
}

const service: EmulatedImages = {
  findModel,
  costNano: ({ model, n }, tokens) => {
    const rates = RATES[model.id]
    if (tokens === undefined || rates === undefined) return NANO_PER_PICTURE * BigInt(n)
    return tokensNano(tokens, rates)
  },
  words,
}

/** Emulates the v1 Images API of one Azure OpenAI resource, for any deployment. */
export default defineEmulator({
  id: 'azure',
  basePath: '/openai/v1',
  async handle(request, kit) {
    const requestId = kit.hexId(32)
    const { method, path, headers } = request
    const bearer = headers.authorization === undefined ? undefined : bearerKeyOf(request)
    const key = headers['api-key'] ?? bearer
    const ids = { 'x-request-id': requestId, 'apim-request-id': requestId }
    const answered = (answer: EmulatorAnswer): EmulatorAnswer => ({
      ...answer,
      headers: { ...ids, ...answer.headers },
    })
    if (key === undefined || key.startsWith('invalid')) return answered(words.noSuchKey())
    if (method === 'GET' && path === '/openai/v1/models') {
      const data = models.map(({ id }) => ({ id, object: 'model' }))
      return answered(jsonAnswer(200, { object: 'list', data }))
    }
    const kind = /^\/openai\/v1\/images\/(generations|edits)$/.exec(path)?.[1]
    if (method !== 'POST' || kind === undefined) {
      return answered(refusal(404, { code: '404', message: 'Resource not found' }))
    }
    const operation = kind === 'edits' ? 'edit' : 'generation'
    return answered(await makePictures(service, operation, request, kit, requestId))
  },
})
