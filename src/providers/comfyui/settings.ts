import { z } from 'zod'
import type { Model } from '../../core/catalog/model.ts'
import type { Operation } from '../../core/request/image-request.ts'
import type { ProviderDefinition, ProviderInstance } from '../shared/definition.ts'
import { InstanceError, readInstanceSettings } from '../shared/instance.ts'
import {
  loadMembers,
  type OwnModelFacts,
  ownModelMembers,
  toOwnModels,
} from '../shared/own-models.ts'
import { type OwnSpeed, ownPriceRows, ownSpeedMembers } from '../shared/own-price.ts'
import { builtInWorkflow, type Workflow } from './graph.ts'
import {
  flawsOfTemplate,
  imageSlotsOf,
  type Template,
  templateMembers,
  templateWorkflow,
} from './template.ts'

const SAMPLER = 'euler'
const SCHEDULER = 'normal'

/** A checkpoint that the built-in graphs are made for. */
const model = z.strictObject({
  ...ownModelMembers,
  /** File name as `GET /models/checkpoints` lists it. */
  checkpoint: z.string().min(1),
  sampler: z.string().min(1).default(SAMPLER),
  scheduler: z.string().min(1).default(SCHEDULER),
})
type BuiltInModel = z.output<typeof model>

const workflow = z.strictObject({ ...ownModelMembers, ...templateMembers })
type TemplateModel = z.output<typeof workflow>

const settings = z
  .strictObject({
    ...ownSpeedMembers,
    ...loadMembers,
    parallel_calls: z.number().int().min(1).max(64).default(1),
    models: z.array(model).default([]),
    workflows: z.array(workflow).default([]),
  })
  .refine(
    ({ models, workflows }) => models.length + workflows.length > 0,
    'needs models (checkpoints for the built-in graphs) or workflows (graphs of your own)',
  )

/** Pictures of one batch: as many as an SDXL batch has on a card with 24 GB. */
const BATCH = 4

/** The members of a definition that one server decides. */
export interface ComfyServer
  extends Pick<ProviderDefinition, 'models' | 'aliases' | 'prices' | 'limits'> {
  /** By model id. */
  readonly workflows: ReadonlyMap<string, Workflow>
}

/** Models, graphs, prices and limits of one server, as its operator describes it. */
export function readServer(instance: ProviderInstance): ComfyServer {
  const read = readInstanceSettings(settings, instance)
  const { models: rows, workflows: templates, parallel_calls, load_seconds, ...speed } = read
  checkTemplates(templates)
  const builtIn = toOwnModels(instance.id, 'models', rows, (row) => ({
    ...factsOfBuiltIn(row),
    loads: { name: row.checkpoint, seconds: load_seconds },
  }))
  // What a graph of the operator's own loads is not known: each is taken to load something else.
  const factsOfGraph = (row: TemplateModel): OwnModelFacts => ({
    ...factsOfTemplate(row),
    loads: { name: `workflow ${row.id}`, seconds: load_seconds },
  })
  const drawn = toOwnModels(instance.id, 'workflows', templates, factsOfGraph).map((made, index) =>
    withSlots(made, templates[index]),
  )
  const models = [...builtIn, ...drawn]
  const twice = drawn.findIndex(({ id }) => builtIn.some((other) => other.id === id))
  if (twice >= 0) {
    const message = 'the id stands in models as well'
    throw new InstanceError([{ path: ['settings', 'workflows', twice, 'id'], message }])
  }
  const own = [...rows, ...templates]
  return {
    models,
    aliases: [],
    prices: models.flatMap((made, index) =>
      ownPriceRows(instance, made, speedOf(own[index], speed)),
    ),
    limits: { parallelCalls: parallel_calls },
    workflows: new Map([
      ...rows.map((row) => [row.id, builtInWorkflow(row)] as const),
      ...templates.map((row) => [row.id, templateWorkflow(row)] as const),
    ]),
  }
}

/** A speed of the model's own wins over the server's; utilisation is taken by itself. */
function speedOf(own: OwnSpeed = {}, server: OwnSpeed): OwnSpeed {
  const isOwn = own.images_per_hour !== undefined || own.seconds_per_image !== undefined
  return { ...(isOwn ? own : server), utilisation: own.utilisation ?? server.utilisation }
}

function checkTemplates(templates: readonly TemplateModel[]): void {
  const problems = templates.flatMap((template, index) =>
    [...flawsOfTemplate(template), ...flawsOfOperations(template)].map(({ path, message }) => ({
      path: ['settings', 'workflows', index, ...path],
      message,
    })),
  )
  if (problems.length > 0) throw new InstanceError(problems)
}

/** What a graph can do shows in its places for pictures; the operator may only say less. */
const operationsOf = ({ slots }: Pick<Template, 'slots'>): readonly Operation[] => {
  if (slots.image === undefined) return ['generate']
  return slots.mask === undefined ? ['edit'] : ['inpaint']
}

function flawsOfOperations(template: TemplateModel) {
  const able = operationsOf(template)
  const odd = template.operations?.find((operation) => !able.includes(operation))
  if (odd === undefined) return []
  const message = `the slots of the graph make it one for ${able.join(', ')}, not for ${odd}`
  return [{ path: ['operations'], message }]
}

const factsOfBuiltIn = (row: BuiltInModel): OwnModelFacts => ({
  operations: ['generate', 'edit', 'inpaint'],
  maxImagesPerCall: BATCH,
  formats: ['png'],
  hasPreviews: true,
  wireName: row.checkpoint,
  wire: { mask: 'white_is_edit' },
})

const factsOfTemplate = (row: TemplateModel): OwnModelFacts => ({
  operations: operationsOf(row),
  maxImagesPerCall: row.slots.batch_size === undefined ? 1 : BATCH,
  formats: ['png'],
  hasPreviews: true,
  wire: { mask: 'white_is_edit' },
})

/** Takes away what the graph has no place for: it would be dropped without a word. */
function withSlots(made: Model, template: TemplateModel | undefined): Model {
  const slots = template?.slots ?? {}
  const { steps, guidance, supports, defaultSize, ...rest } = made
  const isSized = slots.width !== undefined && slots.height !== undefined
  return {
    ...rest,
    defaultSize,
    maxInputImages: imageSlotsOf({ slots }),
    sizes: isSized ? made.sizes : { kind: 'list', sizes: [defaultSize] },
    supports: {
      ...supports,
      seed: slots.seed !== undefined,
      negativePrompt: slots.negative_prompt !== undefined,
    },
    ...(slots.steps === undefined || steps === undefined ? {} : { steps }),
    ...(slots.guidance === undefined || guidance === undefined ? {} : { guidance }),
  }
}
