import { z } from 'zod'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { Size } from '../../core/request/image-request.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { optionsFor } from '../shared/operation-options.ts'

/** One node as the API format has it; an input is a value, or `[node, output]`. */
export interface GraphNode {
  readonly class_type: string
  readonly inputs: JsonObject
}

/** Nodes by their ids. */
export type Graph = Readonly<Record<string, GraphNode>>

/** Values of one call that a graph is filled with. */
export interface GraphValues extends Size {
  readonly seed: number
  readonly steps: number
  readonly guidance: number
  readonly strength: number
  /** Names of the uploaded files on the server. */
  readonly images: readonly string[]
  readonly mask?: string
}

/** What makes a graph of a call: one of ours, or the operator's template. */
export interface Workflow {
  readonly print: (call: ProviderCall, values: GraphValues) => Graph
  /** Reads the options of callers; strict. */
  readonly options: (operation: ProviderCall['operation']) => z.ZodType<JsonObject>
  /** Nodes whose pictures are taken; all that the server stores when absent. */
  readonly outputs?: readonly string[]
}

/** The checkpoint of a built-in graph and how it is sampled. */
export interface BuiltIn {
  readonly checkpoint: string
  readonly sampler: string
  readonly scheduler: string
}

/** Where the pictures of built-in graphs come out. */
const OUTPUT = '9'

const members = {
  loras: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        weight: z.number().min(-5).max(5).default(1),
      }),
    )
    .max(10)
    .optional(),
  sampler: z.string().min(1).max(100).optional(),
  scheduler: z.string().min(1).max(100).optional(),
} as const

const optionsOf = {
  generate: z.strictObject(members),
  /** How far the picture may move from its input. */
  edit: z.strictObject({ ...members, strength: z.number().min(0).max(1).optional() }),
  /** Pixels by which the masked area grows before it is painted. */
  inpaint: z.strictObject({ ...members, grow_mask: z.number().int().min(0).max(64).optional() }),
  variation: z.strictObject({}),
} as const
type BuiltInOptions = z.output<typeof optionsOf.inpaint>

/** Text to image, image to image and inpainting with one checkpoint, as its editor draws them. */
export const builtInWorkflow = (builtIn: BuiltIn): Workflow => ({
  options: (operation) => optionsFor(optionsOf, operation) as z.ZodType<JsonObject>,
  outputs: [OUTPUT],
  print(call, values) {
    const read = optionsFor(optionsOf, call.operation).safeParse(call.options)
    const options: BuiltInOptions = read.success ? read.data : {}
    const { loras = [] } = options
    const last = loras.length === 0 ? '4' : `lora_${loras.length}`
    const node = (class_type: string, inputs: JsonObject): GraphNode => ({ class_type, inputs })
    return {
      4: node('CheckpointLoaderSimple', { ckpt_name: builtIn.checkpoint }),
      ...loraChain(loras),
      6: node('CLIPTextEncode', { text: call.prompt, clip: [last, 1] }),
      7: node('CLIPTextEncode', { text: call.settings.negativePrompt ?? '', clip: [last, 1] }),
      ...latentNodes(call, values, options),
      3: node('KSampler', {
        seed: values.seed,
        steps: values.steps,
        cfg: values.guidance,
        sampler_name: options.sampler ?? builtIn.sampler,
        scheduler: options.scheduler ?? builtIn.scheduler,
        denoise: call.operation === 'edit' ? values.strength : 1,
        model: [last, 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      }),
      8: node('VAEDecode', { samples: ['3', 0], vae: ['4', 2] }),
      // A preview lies in the server's temporary folder: nothing is left in that of its results.
      [OUTPUT]: node('PreviewImage', { images: ['8', 0] }),
    }
  },
})

function loraChain(loras: NonNullable<BuiltInOptions['loras']>): Graph {
  return Object.fromEntries(
    loras.map(({ name, weight }, index) => {
      const before = index === 0 ? '4' : `lora_${index}`
      const inputs: JsonObject = {
        lora_name: name,
        strength_model: weight,
        strength_clip: weight,
        model: [before, 0],
        clip: [before, 1],
      }
      return [`lora_${index + 1}`, { class_type: 'LoraLoader', inputs }]
    }),
  )
}

/** What the sampler begins with: noise, the input, or the input with a hole; always as node 5. */
function latentNodes(call: ProviderCall, values: GraphValues, options: BuiltInOptions): Graph {
  const { width, height } = values
  const [image] = values.images
  const amount = call.n
  const node = (class_type: string, inputs: JsonObject): GraphNode => ({ class_type, inputs })
  if (image === undefined) {
    return { 5: node('EmptyLatentImage', { width, height, batch_size: amount }) }
  }
  const scale = { upscale_method: 'lanczos', width, height, crop: 'center' }
  const scaled = {
    10: node('LoadImage', { image }),
    11: node('ImageScale', { image: ['10', 0], ...scale }),
    5: node('RepeatLatentBatch', { samples: ['12', 0], amount }),
  }
  if (values.mask === undefined) {
    return { ...scaled, 12: node('VAEEncode', { pixels: ['11', 0], vae: ['4', 2] }) }
  }
  return {
    ...scaled,
    14: node('LoadImageMask', { image: values.mask, channel: 'red' }),
    15: node('MaskToImage', { mask: ['14', 0] }),
    16: node('ImageScale', { image: ['15', 0], ...scale }),
    17: node('ImageToMask', { image: ['16', 0], channel: 'red' }),
    12: node('VAEEncodeForInpaint', {
      pixels: ['11', 0],
      vae: ['4', 2],
      mask: ['17', 0],
      grow_mask_by: options.grow_mask ?? 6,
    }),
  }
}

/** Reads a graph in the API format; undefined when it is in the editor's own or in none. */
export function readGraph(value: unknown): Graph | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined
  const isGraph = Object.values(value).every(
    (node) => isObject(node) && typeof node.class_type === 'string' && isObject(node.inputs),
  )
  return isGraph ? (value as unknown as Graph) : undefined
}

/** The same graph with some inputs of its nodes replaced. */
export function withInputs(
  graph: Graph,
  inputs: readonly (readonly [node: string, input: string, value: JsonValue])[],
): Graph {
  const changed: Record<string, GraphNode> = { ...graph }
  for (const [id, input, value] of inputs) {
    const node = changed[id]
    if (node === undefined) continue
    changed[id] = { ...node, inputs: { ...node.inputs, [input]: value } }
  }
  return changed
}
