import type { Attempt } from '../core/jobs/request-record.ts'
import type { DeliveryResult } from '../gateway/delivery-result.ts'
import { receiveDelivery } from '../gateway/receive-delivery.ts'
import type { ProviderJob, WebhookReading } from '../ports/provider.ts'
import type { WebhookAddresses } from '../ports/webhook-addresses.ts'
import type { GatewayStand } from './gateway-stand.ts'
import { type Script, type ScriptedProvider, scriptedProvider } from './scripted-provider.ts'

/** Addresses that need no secret. */
export const openAddresses: WebhookAddresses = {
  addressFor: ({ id }, attemptId) => ({
    url: `https://gateway.example/${id}/${attemptId}`,
    secret: 'secret',
  }),
  secretOf: () => 'secret',
  isGenuine: () => true,
}

/** The job of every call of a reporting provider. */
export const reportedJob: ProviderJob = {
  id: 'job-1',
  pollUrl: 'https://acme.example/jobs/1',
  facts: {},
}

/** A scripted provider that reports its jobs; a delivery is its own reading, as JSON. */
export function reportingProvider(script: Script = {}): ScriptedProvider {
  return {
    ...scriptedProvider(script),
    readDelivery: async ({ body }) => JSON.parse(Buffer.from(body).toString()) as WebhookReading,
  }
}

/** A true delivery about {@link reportedJob}. */
export const noticeOf = (
  changes: Partial<Extract<WebhookReading, { kind: 'notice' }>['notice']> = {},
): WebhookReading => ({
  kind: 'notice',
  notice: { job: reportedJob, deliveryId: 'delivery-1', isEnd: true, ...changes },
})

/** Delivers something about a call to a gateway. */
export const deliverTo = (
  { gateway }: GatewayStand,
  attemptId: string,
  reading: WebhookReading,
  provider = 'acme',
): Promise<DeliveryResult> => {
  const body = Buffer.from(JSON.stringify(reading))
  return receiveDelivery({ provider, attemptId }, { headers: {}, body }, gateway.deps)
}

/** The only call of the newest request. */
export async function onlyAttempt({ stores }: GatewayStand): Promise<Attempt> {
  const [request] = await stores.requests.list({ tenant: 'here', limit: 1 })
  const [attempt] = await stores.requests.attempts(request?.id ?? '')
  if (attempt === undefined) throw new Error('there is no call')
  return attempt
}
