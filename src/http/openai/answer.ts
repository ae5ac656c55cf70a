import type { JsonObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { Size } from '../../core/request/image-request.ts'
import type { GatewayResult } from '../../gateway/result.ts'

/** Longest `x-keeprate-warnings` header, in characters; the body has all of them. */
const MAX_WARNINGS_HEADER = 2_000

/** Headers of ours on every non-streaming answer. Dollars are decimal strings. */
export function resultHeaders(result: GatewayResult): Record<string, string> {
  const headers: Record<string, string> = {
    'x-request-id': result.requestId,
    'x-keeprate-cost': dollarsFromNano(result.costNano),
    'x-keeprate-model': result.model,
    'x-keeprate-provider': result.provider,
    'x-keeprate-route': result.route,
    'x-keeprate-attempts': String(result.attempts),
    'x-keeprate-cache': result.cache,
    'x-keeprate-price-version': result.priceVersion,
    'x-keeprate-overhead-ms': result.overheadMs.toFixed(1),
  }
  if (result.warnings.length > 0) headers['x-keeprate-warnings'] = printWarnings(result)
  if (result.listCostNano !== undefined) {
    headers['x-keeprate-list-cost'] = dollarsFromNano(result.listCostNano)
  }
  if (result.savedNano !== undefined) {
    headers['x-keeprate-saved'] = dollarsFromNano(result.savedNano)
  }
  if (result.score !== undefined) headers['x-keeprate-score'] = String(result.score)
  if (result.budgetLeftNano !== undefined) {
    headers['x-keeprate-budget-remaining'] = dollarsFromNano(result.budgetLeftNano)
  }
  if (result.book === 'simulated') headers['x-keeprate-simulated'] = 'true'
  return headers
}

/** Warnings as one header line: printable ASCII, bounded. */
const printWarnings = (result: GatewayResult): string =>
  result.warnings
    .map(({ code, message }) => `${code}: ${message}`)
    .join(' | ')
    .replace(/[^\x20-\x7e]+/g, '?')
    .slice(0, MAX_WARNINGS_HEADER)

/** The `keeprate` object of a body or of a completed event. */
export const keeprateObjectOf = (result: GatewayResult): JsonObject => ({
  request_id: result.requestId,
  cost: dollarsFromNano(result.costNano),
  list_cost: result.listCostNano === undefined ? undefined : dollarsFromNano(result.listCostNano),
  saved: result.savedNano === undefined ? undefined : dollarsFromNano(result.savedNano),
  budget_remaining:
    result.budgetLeftNano === undefined ? undefined : dollarsFromNano(result.budgetLeftNano),
  simulated: result.book === 'simulated',
  provider: result.provider,
  model: result.model,
  route: result.route,
  attempts: result.attempts,
  cache: result.cache,
  price_version: result.priceVersion,
  score: result.score,
  drafts: result.drafts,
  overhead_ms: Math.round(result.overheadMs * 10) / 10,
  images: result.images.map(({ record }) => record.id),
  warnings: result.warnings.map((warning) => ({ ...warning })),
})

const printSize = ({ width, height }: Size): string => `${width}x${height}`

/** The fields beside `data` that OpenAI's answers carry; what is not known is left out. */
export function answerFields(result: GatewayResult): JsonObject {
  const first = result.images[0]?.record
  return {
    created: Math.floor(result.createdAt / 1000),
    background: result.resolved.background,
    output_format: first?.format,
    quality: result.resolved.quality,
    size: first === undefined ? undefined : printSize(first),
  }
}

/** OpenAI's usage object; absent when the provider does not count tokens. */
export function usageOf(result: GatewayResult): JsonObject | undefined {
  const { tokens } = result
  if (tokens === undefined) return undefined
  const text = tokens.textIn ?? 0
  const image = tokens.imageIn ?? 0
  const output = (tokens.imageOut ?? 0) + (tokens.textOut ?? 0)
  return {
    input_tokens: text + image,
    input_tokens_details: { text_tokens: text, image_tokens: image },
    output_tokens: output,
    output_tokens_details: { image_tokens: tokens.imageOut ?? 0, text_tokens: tokens.textOut ?? 0 },
    total_tokens: text + image + output,
  }
}
