import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../shared/emulator.ts'
import { json, readJson } from './sandbox-answers.ts'
import { emulatedEndpoints } from './sandbox-endpoints.ts'

/** Endpoints that may be asked for at once (docs.fal.ai/platform-apis, read 2026-11-20). */
const MAX_ENDPOINTS = 50
const NANO_PER_MICRO = 1_000

/** `GET /v1/models/pricing` and `POST /v1/models/pricing/estimate` of api.fal.ai. */
export function answerPrices({ method, path, query, body }: EmulatorRequest): EmulatorAnswer {
  if (method === 'GET' && path === '/v1/models/pricing') {
    const names = query.getAll('endpoint_id').flatMap((list) => list.split(','))
    return listPrices(names.filter((name) => name !== ''))
  }
  if (method === 'POST' && path === '/v1/models/pricing/estimate') return estimate(readJson(body))
  return refused(404, 'not_found', 'Endpoint not found')
}

function listPrices(names: readonly string[]): EmulatorAnswer {
  if (names.length > MAX_ENDPOINTS) {
    return refused(400, 'validation_error', `at most ${MAX_ENDPOINTS} endpoints at once`)
  }
  const wanted = names.length === 0 ? Object.keys(emulatedEndpoints) : names
  const unknown = wanted.find((name) => !Object.hasOwn(emulatedEndpoints, name))
  if (unknown !== undefined) return unknownEndpoint(unknown)
  const prices = wanted.map((name) => ({
    endpoint_id: name,
    unit_price: (emulatedEndpoints[name]?.price.micro ?? 0) / 1_000_000,
    unit: emulatedEndpoints[name]?.price.unit,
    currency: 'USD',
  }))
  return json(200, { prices, next_cursor: null, has_more: false })
}

/** What each kind of estimate multiplies the price with. A usual call has one unit here. */
const QUANTITIES: Readonly<Record<string, string>> = {
  historical_api_price: 'call_quantity',
  unit_price: 'unit_quantity',
}

function estimate(body: unknown): EmulatorAnswer {
  const { estimate_type: type, endpoints } = isObject(body) ? body : {}
  const quantity = typeof type === 'string' ? QUANTITIES[type] : undefined
  if (quantity === undefined || !isObject(endpoints)) {
    return refused(400, 'validation_error', 'estimate_type and endpoints are required')
  }
  let micro = 0
  for (const [name, row] of Object.entries(endpoints)) {
    const price = Object.hasOwn(emulatedEndpoints, name)
      ? emulatedEndpoints[name]?.price
      : undefined
    if (price === undefined) return unknownEndpoint(name)
    const count = isObject(row) ? row[quantity] : undefined
    if (typeof count !== 'number' || !(count > 0)) {
      return refused(400, 'validation_error', `${name} needs a ${quantity} above 0`)
    }
    micro += price.micro * count
  }
  const dollars = dollarsFromNano(BigInt(Math.round(micro * NANO_PER_MICRO)))
  return json(200, { estimate_type: type, total_cost: Number(dollars), currency: 'USD' })
}

const unknownEndpoint = (name: string): EmulatorAnswer =>
  refused(404, 'not_found', `Endpoint ${name} not found`)

/** The error shape of api.fal.ai, which is not that of the queue. */
const refused = (status: number, type: string, message: string): EmulatorAnswer =>
  json(status, { error: { type, message, docs_url: 'https://docs.fal.ai/platform-apis/v1' } })
