import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ReportedCall, WebhookAddresses } from '../../ports/webhook-addresses.ts'

/** Addresses below one base, which is known once the server listens. */
export interface ListeningAddresses extends WebhookAddresses {
  /** The server answers at this address; before that no call carries one. */
  listensAt(url: string): void
}

/** Path of the route that takes deliveries. */
const PATH = '/v1/provider-webhooks'

/** Whether an address is one of this machine alone. */
const isLoopbackUrl = (url: string): boolean =>
  /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(new URL(url).hostname)

/** Reports hold prompts and links to pictures: none of that in plain text, save on this machine. */
const isFitForWebhooks = (url: string): boolean => url.startsWith('https:') || isLoopbackUrl(url)

/**
 * Makes addresses with an HMAC-SHA256 of provider and attempt. Emulated providers stand beside the
 * server and are given its own address, real ones the public one.
 * @param secret shared by all replicas, so that a delivery may come to any of them.
 */
export function createWebhookAddresses(
  secret: string,
  publicUrl: string | undefined,
): ListeningAddresses {
  let ownUrl: string | undefined
  const sign = (purpose: string, { provider, attemptId }: ReportedCall): string =>
    createHmac('sha256', secret).update(`${purpose}\n${provider}\n${attemptId}`).digest('base64url')
  const baseFor = (isSimulated: boolean): string | undefined => {
    if (ownUrl === undefined) return undefined
    const url = isSimulated ? ownUrl : publicUrl
    if (url === undefined) return undefined
    return (isSimulated ? isLoopbackUrl(url) : isFitForWebhooks(url)) ? url : undefined
  }
  const secretOf = (call: ReportedCall): string => sign('provider webhook secret', call)
  return {
    listensAt: (url) => {
      ownUrl = url
    },
    addressFor: ({ id, isSimulated }, attemptId) => {
      const base = baseFor(isSimulated)
      if (base === undefined) return undefined
      const call = { provider: id, attemptId }
      const place = `${PATH}/${encodeURIComponent(id)}/${encodeURIComponent(attemptId)}`
      const token = sign('provider webhook token', call)
      return { url: `${base}${place}?token=${token}`, secret: secretOf(call) }
    },
    secretOf,
    isGenuine: (call, token) => {
      const expected = Buffer.from(sign('provider webhook token', call))
      const actual = Buffer.from(token)
      return actual.length === expected.length && timingSafeEqual(actual, expected)
    },
  }
}
