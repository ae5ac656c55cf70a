import { z } from 'zod'

/** What is known of the way a provider treats data; only operators know their contracts. */
export interface ProviderData {
  readonly region?: string
  readonly retentionDays?: number
  readonly isSelfHosted?: boolean
}

/** Which providers may see requests that leave the choice to the gateway. */
export interface DataPolicy {
  readonly regions?: readonly string[]
  readonly maxRetentionDays?: number
  readonly isSelfHostedOnly?: boolean
}

/** The policy as `keeprate.yaml` says it. */
export const dataPolicySchema = z
  .strictObject({
    regions: z
      .array(z.string().min(1).max(80))
      .min(1)
      .optional()
      .describe('Regions that providers must process in; one without a region is left out'),
    max_retention_days: z
      .number()
      .min(0)
      .optional()
      .describe('Longest time that providers may keep data; one that says nothing is left out'),
    self_hosted_only: z.boolean().optional().describe('Whether only own machines may be used'),
  })
  .describe('Which providers `auto` may use, by what you know of their contracts')

/** Reads the policy. @throws RangeError for what it cannot be. */
export function readDataPolicy(value: unknown): DataPolicy {
  const parsed = dataPolicySchema.safeParse(value)
  if (!parsed.success)
    throw new RangeError('must have regions, max_retention_days, self_hosted_only')
  const { regions, max_retention_days, self_hosted_only } = parsed.data
  return {
    ...(regions === undefined ? {} : { regions }),
    ...(max_retention_days === undefined ? {} : { maxRetentionDays: max_retention_days }),
    ...(self_hosted_only === undefined ? {} : { isSelfHostedOnly: self_hosted_only }),
  }
}

/** Why the policy keeps a provider from requests, if it does; what nobody said is a no. */
export function forbiddenBy(policy: DataPolicy, data: ProviderData = {}): string | undefined {
  const { regions, maxRetentionDays, isSelfHostedOnly } = policy
  // Own machines keep what they are told to, where they stand.
  if (data.isSelfHosted === true) return undefined
  if (isSelfHostedOnly === true) return 'only own machines may be used (data_policy)'
  if (regions !== undefined && !regions.includes(data.region ?? '')) {
    return `it processes in ${data.region ?? 'an unknown region'} (data_policy)`
  }
  if (maxRetentionDays === undefined) return undefined
  if (data.retentionDays !== undefined && data.retentionDays <= maxRetentionDays) return undefined
  const time = data.retentionDays === undefined ? 'an unknown time' : `${data.retentionDays} days`
  return `it keeps data for ${time} (data_policy)`
}
