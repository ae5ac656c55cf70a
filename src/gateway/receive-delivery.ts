import type { Attempt, Fact } from '../core/jobs/request-record.ts'
import { fromStoredRequest } from '../core/jobs/stored-request.ts'
import type { WebhookDelivery, WebhookNotice, WebhookReading } from '../ports/provider.ts'
import type { ReportedCall } from '../ports/webhook-addresses.ts'
import { isContradiction } from './contradiction.ts'
import type { DeliveryResult } from './delivery-result.ts'
import type { Dependencies } from './dependencies.ts'
import type { OpenAttempt } from './open-attempt.ts'
import { reopen } from './reopen.ts'

/**
 * Takes what a provider reports of a call. It may come before the submit is answered, more than
 * once, to another process than the one that made the call, or after that one died: then the job is
 * written down, and whoever goes on with the call finds it. What it says of the end is not believed
 * but polled.
 */
export async function receiveDelivery(
  call: ReportedCall,
  delivery: WebhookDelivery,
  deps: Dependencies,
): Promise<DeliveryResult> {
  const result = await receive(call, delivery, deps)
  const isConfigured = deps.snapshot().providers.has(call.provider)
  const provider = isConfigured ? call.provider : 'unknown'
  deps.emit({ kind: 'delivery-received', provider, result })
  if (result !== 'unknown' && result !== 'bad_signature') deps.webhooks.arrived(provider)
  return result
}

async function receive(
  call: ReportedCall,
  delivery: WebhookDelivery,
  deps: Dependencies,
): Promise<DeliveryResult> {
  const open = deps.webhooks.watchOf(call.attemptId)?.open ?? (await findCall(call, deps))
  if (open === 'unavailable') return open
  if (open === undefined || open.provider.id !== call.provider) return 'unknown'
  const reading = await check(open, delivery, deps)
  switch (reading.kind) {
    case 'notice':
      return take(open, reading.notice, deps)
    case 'ignored':
      return 'ignored'
    case 'forged':
      return 'bad_signature'
    case 'unchecked':
      return 'unavailable'
  }
}

/** A call that this process does not make. */
async function findCall(
  { attemptId }: ReportedCall,
  deps: Dependencies,
): Promise<OpenAttempt | 'unavailable' | undefined> {
  const { requests } = deps.stores
  try {
    const attempt = await requests.attempt(attemptId)
    const record = attempt && (await requests.request(attempt.requestId))
    if (attempt === undefined || record === undefined) return undefined
    const request = fromStoredRequest(record.request)
    return reopen(attempt, record, { request, snapshot: deps.snapshot() })
  } catch (error) {
    deps.log.warn({ attemptId, error }, 'the call of a delivery could not be read')
    return 'unavailable'
  }
}

async function check(
  { attempt, plan, provider }: OpenAttempt,
  delivery: WebhookDelivery,
  deps: Dependencies,
): Promise<WebhookReading> {
  const secret = deps.webhooks.secretOf({ provider: provider.id, attemptId: attempt.id })
  const { credential } = attempt.call
  const about = { plan, secret, ...(typeof credential === 'string' ? { credential } : {}) }
  return (await provider.readDelivery?.(delivery, about)) ?? { kind: 'ignored' }
}

/** The job is written down before anybody goes on with it: its id is worth money. */
async function take(
  { attempt }: OpenAttempt,
  notice: WebhookNotice,
  deps: Dependencies,
): Promise<DeliveryResult> {
  const watch = deps.webhooks.watchOf(attempt.id)
  const isKnown = watch === undefined ? attempt.state !== 'submitting' : watch.hasJob
  const isWritten = isKnown || (await writeJob(attempt, notice, deps))
  // It may have begun or ended meanwhile.
  const told = deps.webhooks.watchOf(attempt.id)?.tell(notice)
  if (!isWritten) return 'unavailable'
  return told ?? (isKnown ? 'late' : 'job_found')
}

/** @returns false when the database did not take it. */
async function writeJob(
  { id, requestId }: Attempt,
  { job }: WebhookNotice,
  { stores, log }: Dependencies,
): Promise<boolean> {
  const fact: Fact = { kind: 'attempt-submitted', attemptId: id, job: { ...job } }
  try {
    await stores.journal.commit([fact])
    log.info({ requestId, attemptId: id }, 'a job became known by its webhook')
    return true
  } catch (error) {
    // The answer to the submit, or another delivery, was written first.
    if (isContradiction(error)) return true
    log.warn({ requestId, attemptId: id, error }, 'the job of a delivery was not written')
    return false
  }
}
