import { type ErrorCode, errorCatalogue } from '../core/errors/catalogue.ts'
import { isEnded, type RequestRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { Receipt } from '../gateway/receipt.ts'
import type { GatewayResult } from '../gateway/result.ts'
import { answerFields, keeprateObjectOf, usageOf } from './openai/answer.ts'

/** `cancelling` is a job that was to be stopped and has calls that cannot be, or not yet. */
const statusOf = ({ state, cancelAskedAt }: RequestRecord): string =>
  cancelAskedAt === undefined || isEnded(state) ? state : 'cancelling'

/** A job in a list, or as it was accepted. */
export const printJobLine = (record: RequestRecord): JsonObject => ({
  id: record.id,
  object: 'job',
  status: statusOf(record),
  operation: record.operation,
  model: record.model,
  created_at: iso(record.createdAt),
  ended_at: iso(record.endedAt),
  ...printPlace(record),
  cost: dollarsFromNano(record.costNano),
  simulated: record.book === 'simulated',
  cancelled: record.summary?.cancelled,
  error: printError(record.error),
})

/** Where a job stands that waits. */
const printPlace = ({ place, state, summary }: RequestRecord): JsonObject =>
  place === undefined
    ? {}
    : {
        priority: place.priority,
        due_at: state === 'queued' || state === 'paused' ? iso(place.dueAt) : undefined,
        paused_by: state === 'paused' ? place.pausedBy : undefined,
        tries: isEnded(state) ? summary?.tries : place.tries,
        dead_letter: summary?.dead_letter,
        batch: place.batch?.id,
      }

/** A job with how far it has come and, once it has pictures, what the answer would have been. */
export const printJob = (
  { request, attempts, images }: Receipt,
  result: JsonObject | undefined,
): JsonObject => {
  const spentNano = attempts.reduce((sum, { costNano }) => sum + costNano, 0n)
  return {
    ...printJobLine(request),
    cost: dollarsFromNano(isEnded(request.state) ? request.costNano : spentNano),
    progress: {
      images: request.request.n,
      ready: request.made?.images ?? images.filter(({ state }) => state === 'published').length,
      attempts: attempts.length,
    },
    result,
  }
}

/** The body that a caller who waited would have got, with links instead of bytes. */
export const printJobResult = (
  result: GatewayResult,
  { linkOf, hasBody }: { readonly linkOf: (imageId: string) => string; readonly hasBody: boolean },
): JsonObject => ({
  ...answerFields(result),
  data: result.images.map(({ record }) => ({
    url: linkOf(record.id),
    revised_prompt: record.revisedPrompt,
  })),
  usage: usageOf(result),
  ...(hasBody ? { keeprate: keeprateObjectOf(result) } : {}),
})

/** What is stored of an error, in OpenAI's shape. */
function printError(error: JsonObject | undefined): JsonObject | undefined {
  if (error === undefined) return undefined
  const entry = errorCatalogue[error.code as ErrorCode]
  return { ...error, type: entry?.type ?? 'server_error', param: error.param ?? null }
}

const iso = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString()
