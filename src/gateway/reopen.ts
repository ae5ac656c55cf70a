import { makeCallPlan } from '../core/catalog/call-plan.ts'
import { offerName } from '../core/catalog/model.ts'
import type { CallSettings, Finishing } from '../core/catalog/settings.ts'
import type { Attempt, RequestRecord } from '../core/jobs/request-record.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import type {
  ImageRequest,
  Operation,
  OperationDetails,
  Size,
} from '../core/request/image-request.ts'
import { unmadeInput } from '../core/request/unmade-input.ts'
import { enlargeRequest, smallRequest, smallSize } from '../core/routing/enlarging.ts'
import type { OpenAttempt } from './open-attempt.ts'
import { ENLARGE_STEP, SMALL_STEP } from './preliminary.ts'
import type { Run } from './run.ts'

/** What `toStoredCall` printed. */
interface StoredCall {
  readonly operation: Operation
  readonly details?: OperationDetails
  readonly n: number
  readonly settings: CallSettings
  readonly expectedSize: Size
  readonly row: PriceRow
  readonly finishing: Finishing
}

/**
 * What `toStoredCall` printed, put together again with the model of today's catalogue. A real
 * provider's job is none of its emulator's, nor the other way round.
 */
export function reopen(
  attempt: Attempt,
  { book }: RequestRecord,
  { request, snapshot }: Pick<Run, 'request' | 'snapshot'>,
): OpenAttempt | undefined {
  const model = snapshot.catalog.models.find((candidate) => offerName(candidate) === attempt.offer)
  const provider = snapshot.providers.get(model?.provider ?? '')
  if (model === undefined || provider === undefined) return undefined
  if (provider.isSimulated !== (book === 'simulated')) return undefined
  const stored = attempt.call as unknown as StoredCall
  const plan = makeCallPlan(askedBy(attempt, stored, request), model, stored, stored.n)
  return { attempt, plan, row: stored.row, finishing: stored.finishing, provider }
}

/** The request as a call saw it: one that makes a picture small, or enlarges it, saw another. */
function askedBy(
  { step }: Attempt,
  { expectedSize, details }: StoredCall,
  request: ImageRequest,
): ImageRequest {
  if (step === SMALL_STEP) return smallRequest(request, expectedSize)
  if (step !== ENLARGE_STEP || details?.kind !== 'upscale') return request
  const small = smallSize(expectedSize, details.scale) ?? expectedSize
  return enlargeRequest(request, unmadeInput(small), details.scale)
}
