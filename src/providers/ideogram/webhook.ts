import { isObject } from '../../core/json.ts'
import type { WebhookDelivery, WebhookNotice } from '../../ports/provider.ts'
import type { WebhookRule } from '../shared/definition.ts'
import { deliveredJson } from '../shared/delivered-json.ts'
import { ed25519Webhook } from '../shared/ed25519-webhook.ts'
import { jobOf } from './generations.ts'

const PREFIX = 'x-ideogram-webhook'

/** One delivery belongs to a generation, so its id is that of the delivery as well. */
function read(delivery: WebhookDelivery): WebhookNotice | undefined {
  const id = delivery.headers[`${PREFIX}-generation-id`]
  if (id === undefined || id === '') return undefined
  const told = deliveredJson(delivery)
  const named = isObject(told) ? told.generation_id : undefined
  if (typeof named === 'string' && named !== id) return undefined
  return { job: jobOf(id), deliveryId: id, isEnd: true }
}

/** Webhooks of Ideogram, signed with keys that it publishes. */
export const webhook: WebhookRule = {
  toKeys: { method: 'GET', url: '/v1/.well-known/jwks.json' },
  ...ed25519Webhook(PREFIX, 'generation-id'),
  read,
}
