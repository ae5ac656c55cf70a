import { z } from 'zod'
import type { ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { readInstanceSettings } from '../shared/instance.ts'
import { withInstance } from '../shared/with-instance.ts'
import { signerFor } from './credential.ts'
import { hostOf, isRegion, USUAL_REGION } from './region.ts'

const settingsSchema = z.strictObject({
  /** Where requests go and what signatures are for. */
  region: z.string().refine(isRegion, 'must be an AWS region, such as us-west-2').optional(),
})

/**
 * The definition of one account in one region. With an address of its own, such as that of a
 * private endpoint, the region still says what signatures are for.
 * @throws InstanceError
 */
export function toAccount(
  kind: ProviderDefinition,
  instance: ProviderInstance,
): ProviderDefinition {
  const { region = USUAL_REGION } = readInstanceSettings(settingsSchema, instance)
  const baseUrl = instance.baseUrl ?? `https://${hostOf(region)}`
  const account = withInstance(kind, { id: instance.id, baseUrl }, { models: [], prices: [] })
  const ownHosts = [`.${new URL(baseUrl).hostname}`]
  return {
    ...account,
    origin: { ...account.origin, ownHosts },
    sign: signerFor(region),
  }
}
