import type { JsonObject } from '../core/json.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import type { Ticket } from './pipeline.ts'
import type { Watch } from './run.ts'
import type { WorkDesk } from './work-desk.ts'

/** What a client asks, and how it will know its answer again. */
export interface Asked {
  readonly request: ImageRequest
  readonly caller: Caller
  readonly watch: Omit<Watch, 'claim' | 'onWritten'>
  /** How the answer is wanted; what is wanted otherwise is not equal. */
  readonly form: JsonObject
  /** The client's own name for this request. */
  readonly idempotencyKey?: string
}

/** What answering needs: who starts new work, and where running work is found. */
export interface AnswerTools {
  /** See `Gateway.submit`. */
  readonly start: (request: ImageRequest, caller: Caller, watch: Watch) => Ticket
  readonly desk: WorkDesk
  readonly deps: Dependencies
}
