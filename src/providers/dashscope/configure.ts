import { z } from 'zod'
import { type PriceRow, priceRowSchema } from '../../core/pricebook/price-row.ts'
import type { ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { instanceProblem, readInstanceSettings } from '../shared/instance.ts'
import { withInstance } from '../shared/with-instance.ts'

/** Hosts by region; keys are good in their own region alone (Model Studio, read 2026-11-20). */
const hosts = {
  singapore: 'dashscope-intl.aliyuncs.com',
  virginia: 'dashscope-us.aliyuncs.com',
  beijing: 'dashscope.aliyuncs.com',
} as const

/** Yuan for a picture in Beijing (docs.crazyrouter.com/en/images/qwen, read 2026-11-20). */
const yuan: Readonly<Record<string, string>> = {
  'qwen-image-2.0': '0.2',
  'qwen-image-2.0-pro': '0.5',
  'qwen-image-max': '0.5',
  'qwen-image-plus': '0.2',
}

const settingsSchema = z.strictObject({
  region: z.enum(['singapore', 'virginia', 'beijing']).default('singapore'),
  /** Id of a workspace with an address of its own, which there are in Singapore. */
  workspace_id: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i, 'must be the id of a workspace')
    .optional(),
  /** What a yuan is worth: Beijing is billed in yuan. */
  yuan: z.strictObject({ usd_per_unit: z.string(), fx_date: z.iso.date() }).optional(),
})
type Settings = z.output<typeof settingsSchema>

/**
 * The definition of an account in one region: its address, and what it is billed there.
 * @throws InstanceError
 */
export function toAccount(
  kind: ProviderDefinition,
  instance: ProviderInstance,
): ProviderDefinition {
  const settings = readInstanceSettings(settingsSchema, instance)
  const { region, workspace_id: workspace } = settings
  if (workspace !== undefined && region !== 'singapore') {
    throw instanceProblem(['settings', 'workspace_id'], 'is for the region singapore alone')
  }
  const host =
    workspace === undefined ? hosts[region] : `${workspace}.ap-southeast-1.maas.aliyuncs.com`
  const baseUrl = instance.baseUrl ?? `https://${host.toLowerCase()}/api/v1`
  const account = withInstance(kind, { id: instance.id, baseUrl }, { models: [], prices: [] })
  return {
    ...account,
    origin: { ...account.origin, ownHosts: [`.${new URL(baseUrl).hostname}`] },
    prices: pricesOf(account, settings),
  }
}

function pricesOf({ prices }: ProviderDefinition, settings: Settings): readonly PriceRow[] {
  if (settings.region === 'singapore') return prices
  if (settings.region === 'virginia') {
    const note = 'Price of Singapore; that of Virginia was not found.'
    return prices.map((row) => ({
      ...row,
      source: { ...row.source, confidence: 'low' as const, note },
    }))
  }
  const { yuan: rate } = settings
  if (rate === undefined) {
    const reason = 'must say what a yuan is worth, because Beijing bills in yuan'
    throw instanceProblem(['settings', 'yuan'], reason)
  }
  return prices.flatMap((row) => {
    const usd = yuan[row.offer.split('/')[1] ?? '']
    return usd === undefined ? [] : [inYuan(row, usd, rate)]
  })
}

function inYuan(row: PriceRow, amount: string, rate: NonNullable<Settings['yuan']>): PriceRow {
  const read = priceRowSchema.safeParse({
    ...row,
    components: [{ kind: 'per_image', usd: amount }],
    modifiers: [{ kind: 'currency', code: 'CNY', ...rate }],
    source: {
      url: 'https://docs.crazyrouter.com/en/images/qwen',
      read_at: '2026-11-20',
      confidence: 'medium',
      note: 'Yuan of the region Beijing, at the rate of the settings.',
    },
  })
  if (read.success) return read.data
  throw instanceProblem(['settings', 'yuan'], read.error.issues[0]?.message ?? 'is no rate')
}
