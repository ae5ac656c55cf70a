import { z } from 'zod'
import type { ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { readInstanceSettings } from '../shared/instance.ts'
import { type OwnModelFacts, ownModelMembers, toOwnModels } from '../shared/own-models.ts'
import { ownPriceRows, ownSpeedMembers } from '../shared/own-price.ts'

const model = z.strictObject({
  ...ownModelMembers,
  /** Name as the interface lists it: `OfficialStableDiffusion/sd_xl_base_1.0`. */
  model: z.string().min(1).max(500),
  sampler: z.string().min(1).optional(),
  scheduler: z.string().min(1).optional(),
})
type ServerModel = z.output<typeof model>

const settings = z.strictObject({
  ...ownSpeedMembers,
  /** As many as engines stand behind it. */
  parallel_calls: z.number().int().min(1).max(64).default(1),
  models: z.array(model).min(1),
})

/** Pictures of one call: the server makes them one after the other, or side by side. */
const BATCH = 4

/** Models, prices and limits of one server, as its operator describes it. */
export function readServer(
  instance: ProviderInstance,
): Pick<ProviderDefinition, 'models' | 'aliases' | 'prices' | 'limits'> {
  const { models: rows, parallel_calls, ...speed } = readInstanceSettings(settings, instance)
  const models = toOwnModels(instance.id, 'models', rows, factsOf)
  return {
    models,
    aliases: [],
    prices: models.flatMap((made, index) => {
      const { images_per_hour, seconds_per_image, utilisation } = rows[index] ?? {}
      const isOwn = images_per_hour !== undefined || seconds_per_image !== undefined
      const own = isOwn ? { images_per_hour, seconds_per_image } : speed
      const share = utilisation ?? speed.utilisation
      return ownPriceRows(instance, made, { ...own, utilisation: share })
    }),
    limits: { parallelCalls: parallel_calls },
  }
}

const factsOf = (row: ServerModel): OwnModelFacts => ({
  operations: ['generate', 'edit', 'inpaint'],
  maxImagesPerCall: BATCH,
  formats: ['png'],
  hasPreviews: true,
  wireName: row.model,
  wire: { mask: 'white_is_edit', sampler: row.sampler, scheduler: row.scheduler },
})
