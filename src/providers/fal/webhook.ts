import { isObject } from '../../core/json.ts'
import type { CallPlan, WebhookDelivery, WebhookNotice } from '../../ports/provider.ts'
import type { WebhookRule } from '../shared/definition.ts'
import { deliveredJson } from '../shared/delivered-json.ts'
import { ed25519Webhook } from '../shared/ed25519-webhook.ts'
import { jobOf } from './wire.ts'

/** The request that has ended; fal says to know repetitions by its id. */
function read(delivery: WebhookDelivery, plan: CallPlan): WebhookNotice | undefined {
  const told = deliveredJson(delivery)
  const id = isObject(told) ? told.request_id : undefined
  if (typeof id !== 'string' || id === '') return undefined
  return { job: jobOf(id, plan), deliveryId: id, isEnd: true }
}

/** Webhooks of fal, signed with keys that it publishes. */
export const webhook: WebhookRule = {
  toKeys: { method: 'GET', url: 'https://rest.fal.ai/.well-known/jwks.json' },
  ...ed25519Webhook('x-fal-webhook', 'request-id'),
  read,
}
