import type { FastifyReply } from 'fastify'
import type { Gateway } from '../../gateway/gateway.ts'
import type { OpenAnswer } from '../../gateway/open-answer.ts'
import type { GatewayResult } from '../../gateway/result.ts'
import type { WatchedClient } from '../client-gone.ts'
import { printJobLine } from '../print-job.ts'
import type { Preference } from './prefer.ts'
import { type AnswerForm, sendImages } from './send-images.ts'

/** What an answer that may come later needs. */
export interface LaterForm {
  readonly client: WatchedClient
  readonly form: AnswerForm
  readonly gateway: Gateway
  /** Starts the work, with an ear for its being accepted. */
  readonly start: (onAccepted: () => void) => Promise<OpenAnswer>
}

/**
 * Answers with the pictures when they come within the wait, else with 202 and the job, which goes
 * on whether or not the caller stays. What can be refused is refused before: a job that is answered
 * with stands in the database.
 * @throws GatewayError as without the preference.
 */
export async function answerLater(
  reply: FastifyReply,
  { waitMs, applied }: Preference,
  { client, form, gateway, start }: LaterForm,
): Promise<void> {
  const { clock } = gateway.deps
  const over = new AbortController()
  const accepted = Promise.withResolvers<undefined>()
  const ticket = await start(() => accepted.resolve(undefined))
  const waited = waitMs === 0 ? Promise.resolve() : clock.sleep(waitMs, over.signal)
  const late = waited.then(
    () => accepted.promise,
    () => undefined,
  )
  let result: GatewayResult | undefined
  try {
    result = await Promise.race([ticket.result, late])
  } finally {
    over.abort()
  }
  reply.header('preference-applied', applied)
  const isJob = result === undefined || waitMs === 0
  const record = isJob ? await gateway.deps.stores.requests.request(ticket.requestId) : undefined
  if (record === undefined) {
    // Ready in time; or wholly from the cache while the database takes no records.
    await sendImages(reply, result ?? (await ticket.result), form)
    return
  }
  client.unwatch()
  ticket.result.then((end) => end.release()).catch(() => undefined)
  reply
    .status(202)
    .headers({ 'x-request-id': record.id, location: `/v1/jobs/${record.id}` })
    .send(printJobLine(record))
}
