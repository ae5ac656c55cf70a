import { createHmac } from 'node:crypto'
import type { Destination } from '../../core/notices/destination.ts'
import type { WebhookSecrets } from '../../ports/courier.ts'

/**
 * Works the secrets out by HMAC-SHA256 of a destination's id and generation, so that no table
 * holds one and each can be made again.
 * @param root shared by all replicas.
 * @param fixed secrets that the settings name, by destination.
 */
export function createWebhookSecrets(
  root: string,
  fixed: ReadonlyMap<string, readonly string[]>,
): WebhookSecrets {
  const derive = (name: string): string =>
    `whsec_${createHmac('sha256', root).update(`webhook secret\n${name}`).digest('base64')}`
  const ofGeneration = ({ id }: Destination, generation: number): string =>
    derive(`${id}\n${generation}`)
  return {
    of: (destination, now) => {
      const named = fixed.get(destination.id)
      if (named !== undefined) return named
      const { generation, rotatedUntil = 0 } = destination
      const newest = ofGeneration(destination, generation)
      return rotatedUntil > now ? [newest, ofGeneration(destination, generation - 1)] : [newest]
    },
    ofTenant: (tenant) => derive(`tenant\n${tenant}`),
  }
}
