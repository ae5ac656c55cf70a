import { resolveModel } from '../../core/catalog/catalog.ts'
import { abilitiesOf } from '../../core/catalog/emulation.ts'
import { type Model, offerName } from '../../core/catalog/model.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import { type JsonObject, toSnake } from '../../core/json.ts'
import { holdsOn } from '../../core/pricebook/price-row.ts'
import { dayOf, startOfDay } from '../../core/time.ts'
import type { HttpContext } from '../context.ts'
import { defineRoute, type RouteDefinition } from '../route.ts'

/** OpenAI's model routes, with prices and abilities beside what OpenAI's clients read. */
export const modelRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/models',
    policy: 'models:read',
    summary: 'List the models that can be called now',
    answers: ['application/json'],
    handler: async () => {
      const models = context.gateway.models().map((model) => printModel(model, context))
      return { object: 'list', data: [...AUTO, ...models] }
    },
  }),
  defineRoute({
    method: 'GET',
    url: '/v1/models/*',
    policy: 'models:read',
    summary: 'One model by name, `provider/model` or alias',
    answers: ['application/json'],
    handler: async (request) => {
      const name = (request.params as { '*': string })['*']
      const auto = AUTO.find((model) => model.id === name)
      if (auto !== undefined) return auto
      const { deps } = context.gateway
      const found = resolveModel(deps.snapshot().catalog, name, deps.clock.now())
      const [model] = found.models
      if (model !== undefined) return { ...printModel(model, context), id: name }
      throw new GatewayError('model_not_found', `No model is named ${name}.`, { param: 'model' })
    },
  }),
]

const AUTO = ['auto', 'auto:cheapest', 'auto:fast', 'auto:best'].map((id) => ({
  id,
  object: 'model',
  created: 0,
  owned_by: 'keeprate',
}))

/** Limits by operation, in the spelling of the wire. */
const printLimits = ({ operationLimits }: Model): JsonObject | undefined =>
  operationLimits &&
  Object.fromEntries(
    Object.entries(operationLimits).map(([operation, limit]) => [
      operation,
      Object.fromEntries(Object.entries(limit).map(([name, value]) => [toSnake(name), value])),
    ]),
  )

function printModel(model: Model, context: HttpContext): JsonObject {
  const { lifecycle } = model
  const { deps } = context.gateway
  const { book, providers } = deps.snapshot()
  const offer = offerName(model)
  const today = dayOf(deps.clock.now())
  const prices = book.rows.filter((row) => row.offer === offer && holdsOn(row, today))
  return {
    id: model.id,
    object: 'model',
    created: Math.floor(startOfDay(lifecycle.availableFrom ?? '1970-01-01') / 1000),
    owned_by: model.provider,
    shutdown_date: lifecycle.shutdownAt ?? null,
    keeprate: {
      offer,
      simulated: providers.get(model.provider)?.isSimulated ?? false,
      operations: abilitiesOf(model),
      emulates: model.emulates,
      operation_limits: printLimits(model),
      tier: model.tier,
      sizes: JSON.parse(JSON.stringify(model.sizes)),
      qualities: model.qualities,
      formats: model.formats,
      supports: model.supports,
      max_images_per_call: model.maxImagesPerCall,
      max_input_images: model.maxInputImages,
      typical_seconds: model.typicalSeconds,
      deprecated_at: lifecycle.deprecatedAt,
      replacement: lifecycle.replacement,
      prices: prices.map((row) => JSON.parse(JSON.stringify(row)) as JsonObject),
    },
  }
}
