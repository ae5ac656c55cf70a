import { z } from 'zod'
import type { ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { readInstanceSettings } from '../shared/instance.ts'
import {
  loadMembers,
  type OwnModelFacts,
  ownModelMembers,
  toOwnModels,
} from '../shared/own-models.ts'
import { ownPriceRows, ownSpeedMembers } from '../shared/own-price.ts'

const model = z.strictObject({
  ...ownModelMembers,
  /** Title or name as `GET /sdapi/v1/sd-models` tells it; without it, whatever is loaded. */
  checkpoint: z.string().min(1).optional(),
  sampler: z.string().min(1).optional(),
  scheduler: z.string().min(1).optional(),
  clip_skip: z.number().int().min(1).max(12).optional(),
})
type ServerModel = z.output<typeof model>

const settings = z.strictObject({
  ...ownSpeedMembers,
  ...loadMembers,
  /** SD.Next and the others spell the guidance of FLUX differently. */
  server: z.enum(['automatic1111', 'forge', 'sdnext']).default('automatic1111'),
  parallel_calls: z.number().int().min(1).max(64).default(1),
  models: z
    .array(model)
    .min(1)
    .default([model.parse({ id: 'loaded' })]),
})

/** Pictures of one batch: as many as an SDXL batch has on a card with 24 GB. */
const BATCH = 4

/** Models, prices and limits of one server, as its operator describes it. */
export function readServer(
  instance: ProviderInstance,
): Pick<ProviderDefinition, 'models' | 'aliases' | 'prices' | 'limits'> {
  const {
    models: rows,
    server,
    parallel_calls,
    load_seconds,
    ...speed
  } = readInstanceSettings(settings, instance)
  const models = toOwnModels(instance.id, 'models', rows, (row) =>
    factsOf(row, server, load_seconds),
  )
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

const factsOf = (row: ServerModel, server: string, seconds: number): OwnModelFacts => ({
  operations: ['generate', 'edit', 'inpaint'],
  maxImagesPerCall: BATCH,
  formats: ['png'],
  hasPreviews: true,
  ...(row.checkpoint === undefined
    ? {}
    : { wireName: row.checkpoint, loads: { name: row.checkpoint, seconds } }),
  wire: {
    mask: 'white_is_edit',
    checkpoint: row.checkpoint,
    sampler: row.sampler,
    scheduler: row.scheduler,
    clip_skip: row.clip_skip,
    is_distilled: row.family === 'flux' && server !== 'sdnext',
  },
})
