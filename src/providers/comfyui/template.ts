import { z } from 'zod'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { type Graph, type GraphValues, readGraph, type Workflow, withInputs } from './graph.ts'

/** One input of one node, as its editor names it: `["6", "inputs", "text"]`. */
const place = z.tuple([z.string().min(1), z.literal('inputs'), z.string().min(1)])
/** The same value may go to several nodes: SDXL has two encoders of text. */
const slot = z.union([place, z.array(place).min(1)])

const TEXTS = ['prompt', 'negative_prompt'] as const
const NUMBERS = ['seed', 'width', 'height', 'steps', 'guidance', 'batch_size'] as const
const FILES = ['image', 'image_2', 'image_3', 'image_4', 'mask'] as const
const NAMES = [...TEXTS, ...NUMBERS, ...FILES] as const
/** Values of a call that a template has a place for. */
export type SlotName = (typeof NAMES)[number]

/** A further input of the graph that callers may set. */
const option = z
  .strictObject({
    slot,
    type: z.enum(['text', 'number', 'integer', 'boolean']),
    min: z.number().optional(),
    max: z.number().optional(),
    /** The only values that are taken, for texts. */
    values: z.array(z.string()).min(1).optional(),
  })
  .refine(({ min = -Infinity, max = Infinity }) => min <= max, 'needs min ≤ max')

/** Members of a workflow that only templates have. */
export const templateMembers = {
  graph: z
    .unknown()
    .refine(
      (value) => readGraph(value) !== undefined,
      'is no graph in the API format: export it with "Export (API)" in the workflow menu',
    ),
  slots: z.strictObject(
    Object.fromEntries(NAMES.map((name) => [name, slot.optional()])) as {
      readonly [Name in SlotName]: z.ZodOptional<typeof slot>
    },
  ),
  options: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), option).optional(),
  /** Nodes whose pictures are the result; all that store pictures when absent. */
  outputs: z.array(z.string()).min(1).optional(),
} as const

/** A template as the operator wrote it. */
export type Template = z.output<z.ZodObject<typeof templateMembers>>

type Place = z.output<typeof place>

const placesOf = (value: z.output<typeof slot> | undefined): readonly Place[] => {
  if (value === undefined) return []
  return typeof value[0] === 'string' ? [value as Place] : (value as Place[])
}

/** What is wrong with a template, each with its path below the workflow. */
export function flawsOfTemplate({ graph: value, slots, options = {}, outputs = [] }: Template) {
  const graph = readGraph(value) ?? {}
  const wanted = [
    ...NAMES.map((name) => ({ path: ['slots', name], slot: slots[name], type: typeOf(name) })),
    ...Object.entries(options).map(([name, given]) => ({
      path: ['options', name, 'slot'],
      slot: given.slot,
      type: given.type,
    })),
  ]
  const flaws = wanted.flatMap(({ path, slot: places, type }) =>
    placesOf(places).flatMap((at) => {
      const message = flawOfPlace(graph, at, type)
      return message === undefined ? [] : [{ path, message }]
    }),
  )
  if (slots.prompt === undefined) {
    flaws.push({ path: ['slots'], message: 'prompt is missing: where the text of the prompt goes' })
  }
  for (const id of outputs.filter((node) => graph[node] === undefined)) {
    flaws.push({ path: ['outputs'], message: `the graph has no node ${id}` })
  }
  return flaws
}

const typeOf = (name: SlotName): 'text' | 'number' =>
  (NUMBERS as readonly string[]).includes(name) ? 'number' : 'text'

/** A slot must lead to an input that is there, holds a value of its type and is no connection. */
function flawOfPlace(graph: Graph, [id, , input]: Place, type: string): string | undefined {
  const node = graph[id]
  if (node === undefined) return `the graph has no node ${id}`
  const value = node.inputs[input]
  if (value === undefined) return `node ${id} (${node.class_type}) has no input ${input}`
  if (Array.isArray(value)) return `input ${input} of node ${id} is connected to another node`
  const wanted = { text: 'string', number: 'number', integer: 'number', boolean: 'boolean' }[type]
  const isRight = typeof value === wanted
  return isRight ? undefined : `input ${input} of node ${id} holds no ${type}: ${typeof value}`
}

/** Options that a template takes, as a strict schema. */
const optionSchema = ({ options = {} }: Template): z.ZodType<JsonObject> =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(options).map(([name, { type, min, max, values }]) => {
        if (type === 'boolean') return [name, z.boolean().optional()]
        if (type === 'text') {
          return [name, (values === undefined ? z.string().max(2_000) : z.enum(values)).optional()]
        }
        const number = type === 'integer' ? z.number().int() : z.number()
        const atLeast = min === undefined ? number : number.min(min)
        return [name, (max === undefined ? atLeast : atLeast.max(max)).optional()]
      }),
    ),
  ) as unknown as z.ZodType<JsonObject>

/** The operator's graph, filled with the values of a call. */
export function templateWorkflow(template: Template): Workflow {
  const graph = readGraph(template.graph) ?? {}
  const schema = optionSchema(template)
  return {
    options: () => schema,
    ...(template.outputs === undefined ? {} : { outputs: template.outputs }),
    print(call, values) {
      const read = schema.safeParse(call.options)
      const filled = Object.entries(valuesOf(call, values)).flatMap(([name, value]) =>
        value === undefined
          ? []
          : placesOf(template.slots[name as SlotName]).map(([id, , input]) => {
              return [id, input, value] as const
            }),
      )
      const chosen = Object.entries(read.success ? read.data : {}).flatMap(([name, value]) =>
        placesOf(template.options?.[name]?.slot).map(([id, , input]) => {
          return [id, input, value ?? null] as const
        }),
      )
      return withInputs(graph, [...filled, ...chosen])
    },
  }
}

function valuesOf(
  call: ProviderCall,
  values: GraphValues,
): Readonly<Record<SlotName, JsonValue | undefined>> {
  const [image] = values.images
  // A place that a call has no picture for would keep the file that the graph was drawn with.
  const further = (index: number): string | undefined => values.images[index] ?? image
  const { settings } = call
  return {
    prompt: call.prompt,
    negative_prompt: settings.negativePrompt,
    seed: values.seed,
    width: values.width,
    height: values.height,
    steps: settings.steps,
    guidance: settings.guidance,
    batch_size: call.n,
    image,
    image_2: further(1),
    image_3: further(2),
    image_4: further(3),
    mask: values.mask,
  }
}

/** How many input images a template has places for. */
export const imageSlotsOf = ({ slots }: Pick<Template, 'slots'>): number =>
  FILES.filter((name) => name !== 'mask' && slots[name] !== undefined).length
