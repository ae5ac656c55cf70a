import type { WebhookDelivery } from '../../ports/provider.ts'

/** The JSON of a delivery; undefined when it is none. */
export function deliveredJson({ body }: WebhookDelivery): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
