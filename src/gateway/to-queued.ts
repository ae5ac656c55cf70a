import type { GatewayError } from '../core/errors/gateway-error.ts'
import { makeId } from '../core/ids.ts'
import type { QueuePlace } from '../core/jobs/queue-place.ts'
import type { Fact, RequestRecord } from '../core/jobs/request-record.ts'
import { toStoredRequest } from '../core/jobs/stored-request.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import { toErrorSummary } from './stored-error.ts'

/** A request for the queue. */
export interface Enqueued {
  readonly request: ImageRequest
  readonly caller: Caller
  /** As the request says, else of normal priority and due at once. */
  readonly place?: Partial<Pick<QueuePlace, 'priority' | 'dueAt' | 'batch'>>
}

/**
 * What is written of a job that could not even be asked for: it has failed before it was queued.
 * @param error says why; nothing was paid.
 */
export function refusedFacts(
  { caller, place }: Omit<Enqueued, 'request'>,
  error: GatewayError,
  deps: Pick<Dependencies, 'clock' | 'random' | 'snapshot'>,
): readonly Fact[] {
  const unread = { operation: 'generate', model: '', prompt: '', n: 1 }
  const record = toQueued({ request: unread as ImageRequest, caller, place: place ?? {} }, deps)
  const ended: RequestRecord = {
    ...record,
    ...{ state: 'failed', endedAt: deps.clock.now(), error: toErrorSummary(error) },
  }
  return [
    { kind: 'request-accepted', request: record },
    { kind: 'request-ended', request: ended },
  ]
}

/**
 * The record of a request that goes into the queue. It has no plan yet and nothing is put aside:
 * models and prices are those of the time when it is made.
 */
export function toQueued(
  { request, caller, place }: Enqueued,
  { clock, random, snapshot }: Pick<Dependencies, 'clock' | 'random' | 'snapshot'>,
): RequestRecord {
  const now = clock.now()
  const { book, providers } = snapshot()
  const isSimulated = [...providers.values()].every((provider) => provider.isSimulated)
  return {
    id: makeId('req', random.bytes(16), now),
    tenant: caller.tenant,
    keyId: caller.keyId,
    operation: request.operation,
    model: request.model,
    state: 'queued',
    request: toStoredRequest(request),
    plan: {},
    book: isSimulated ? 'simulated' : 'real',
    priceVersion: book.version,
    createdAt: now,
    costNano: 0n,
    place: {
      priority: request.priority ?? 'normal',
      dueAt: Math.max(now, request.notBefore ?? 0),
      ...{ tries: 0, fence: 0 },
      ...place,
    },
  }
}
