import { GatewayError } from '../core/errors/gateway-error.ts'
import type { Dependencies } from './dependencies.ts'
import type { Ticket } from './pipeline.ts'
import type { GatewayResult } from './result.ts'

/**
 * Waits for an answer no longer than its caller does. The work goes on.
 * @throws GatewayError `deadline_exceeded`, and what the work ends with.
 */
export async function withDeadline(
  ticket: Pick<Ticket, 'requestId' | 'result'>,
  deadlineMs: number | undefined,
  deps: Pick<Dependencies, 'clock'>,
): Promise<GatewayResult> {
  if (deadlineMs === undefined) return ticket.result
  const over = new AbortController()
  const late = deps.clock.sleep(deadlineMs, over.signal).then(
    () => true,
    () => false,
  )
  const ended = ticket.result.then(
    () => false,
    () => false,
  )
  const isLate = await Promise.race([late, ended])
  over.abort()
  if (!isLate) return ticket.result
  // Its pictures are released from memory when it ends.
  ticket.result.then((result) => result.release()).catch(() => undefined)
  const message = `Not ready after ${deadlineMs} ms; see GET /v1/requests/${ticket.requestId}.`
  throw new GatewayError('deadline_exceeded', message, { requestId: ticket.requestId })
}
