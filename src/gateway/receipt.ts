import type { Verdict } from '../core/feedback/verdict.ts'
import type { Attempt, ImageRecord, RequestRecord } from '../core/jobs/request-record.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import { printAsked, printMembers } from '../core/request/print-request.ts'
import type { Stores } from '../ports/stores.ts'

/** Everything about one request, as it is stored. */
export interface Receipt {
  readonly request: RequestRecord
  readonly attempts: readonly Attempt[]
  readonly images: readonly ImageRecord[]
  /** What people said of the pictures, oldest first. */
  readonly verdicts: readonly Verdict[]
}

/** Reads a receipt; undefined for an unknown request and for another tenant's alike. */
export async function readReceipt(
  id: string,
  tenant: string,
  stores: Stores,
): Promise<Receipt | undefined> {
  const request = await stores.requests.request(id)
  if (request === undefined || request.tenant !== tenant) return undefined
  const [attempts, images] = await Promise.all([
    stores.requests.attempts(id),
    stores.requests.images(id),
  ])
  const verdicts = await Promise.all(images.map((image) => stores.feedback.ofImage(image.id)))
  return { request, attempts, images, verdicts: verdicts.flat() }
}

/** Prints a receipt for callers: dollars as decimal strings, instants as ISO 8601 in UTC. */
export function printReceipt(
  { request, attempts, images, verdicts }: Receipt,
  linkOf: (image: ImageRecord) => string,
): JsonObject {
  return {
    ...printRequest(request),
    summary: printSummary(request.summary),
    request: printAsked(request.request),
    explain: request.plan,
    attempts: attempts.map(printAttempt),
    images: images.map((image) => ({
      ...printImage(image, linkOf),
      feedback: verdicts.filter(({ imageId }) => imageId === image.id).map(printVerdict),
    })),
  }
}

/** What somebody said of a picture. */
export const printVerdict = (verdict: Verdict): JsonObject => ({
  image_id: verdict.imageId,
  request_id: verdict.requestId,
  accepted: verdict.isAccepted,
  score: verdict.score ?? null,
  reason: verdict.reason ?? null,
  rater: verdict.rater,
  created_at: Math.floor(verdict.at / 1_000),
})

/** The line of a request in a list. */
export const printRequest = (request: RequestRecord): JsonObject => ({
  id: request.id,
  object: 'request',
  status: request.state,
  operation: request.operation,
  model: request.model,
  created_at: iso(request.createdAt),
  ended_at: iso(request.endedAt),
  cost: dollarsFromNano(request.costNano),
  list_cost: dollars(request.listCostNano),
  saved: dollars(request.savedNano),
  simulated: request.book === 'simulated',
  price_version: request.priceVersion,
  error: request.error,
  summary: request.summary,
})

const printSummary = (summary: JsonObject | undefined): JsonObject | undefined =>
  summary && { ...summary, resolved: printSettings(summary.resolved) }

const printSettings = (settings: JsonValue | undefined): JsonObject | undefined =>
  settings === undefined ? undefined : printAsked(settings as JsonObject)

const printAttempt = (attempt: Attempt): JsonObject => ({
  id: attempt.id,
  offer: attempt.offer,
  credential: attempt.call.credential,
  hedge: attempt.call.hedge,
  preview: attempt.call.preview,
  gated: attempt.call.gated,
  kind: attempt.call.kind,
  chunk: attempt.call.chunk,
  of: attempt.call.of,
  step: Math.max(0, attempt.step + 1),
  images: attempt.images,
  status: attempt.state,
  outcome: attempt.outcome,
  failure: attempt.failureMessage,
  cost: dollarsFromNano(attempt.costNano),
  cost_basis: attempt.costBasis,
  charge: attempt.charge,
  usage: attempt.usage && printMembers(attempt.usage),
  started_at: iso(attempt.startedAt),
  settled_at: iso(attempt.settledAt),
  provider_request_id: attempt.providerRequestId,
  settings: printSettings(attempt.call.settings),
})

/** Whether its bytes can be had: what a gate refused is a picture all the same, and it was paid. */
export const isReachable = ({ state, quality }: ImageRecord): boolean =>
  state === 'published' || (state === 'refused' && quality !== undefined)

/** A picture as callers see it. */
export const printImage = (
  image: ImageRecord,
  linkOf: (image: ImageRecord) => string,
): JsonObject => ({
  id: image.id,
  object: 'image',
  status: image.state,
  refusal: image.refusal,
  quality: image.quality,
  ...(isReachable(image) ? { url: linkOf(image) } : {}),
  format: image.format,
  width: image.width,
  height: image.height,
  bytes: image.byteLength,
  sha256: image.digest,
  original_sha256: image.originalDigest === image.digest ? undefined : image.originalDigest,
  provider: image.provider,
  model: image.model,
  cost: dollarsFromNano(image.costNano),
  seed: image.seed,
  revised_prompt: image.revisedPrompt,
  request_id: image.requestId,
  created_at: iso(image.createdAt),
})

const iso = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString()

const dollars = (nano: bigint | undefined): string | undefined =>
  nano === undefined ? undefined : dollarsFromNano(nano)
