import type { Size } from '../../core/request/image-request.ts'
import { OUTPUT_NODES, SAMPLERS, SCHEDULERS } from './sandbox-lists.ts'

interface EmulatedNode {
  readonly class_type: string
  readonly inputs: Readonly<Record<string, unknown>>
}
type EmulatedGraph = Readonly<Record<string, EmulatedNode>>

/** What a graph will paint, as far as an emulator understands it. */
export interface EmulatedPicture extends Size {
  readonly prompt: string
  readonly seed: number
  readonly steps: number
  readonly count: number
  readonly checkpoint: string
  /** The nodes that store the pictures, and in which folder. */
  readonly outputs: readonly (readonly [id: string, folder: 'output' | 'temp'])[]
}

/** A node's error: id, class, type, input, and what is wrong with its value. */
type Flaw = readonly [id: string, node: string, type: string, input: string, details: string]

const WORDS: Readonly<Record<string, string>> = {
  value_not_in_list: 'Value not in list',
  value_bigger_than_max: 'Value bigger than max',
  value_smaller_than_min: 'Value smaller than min',
  required_input_missing: 'Required input is missing',
  bad_linked_input: 'Bad linked input, must be a length-2 list of [node_id, slot_index]',
  custom_validation_failed: 'Custom validation failed for node',
}

/** The answer to a graph that cannot run, in the server's own words. */
export function refusalOf(flaws: readonly Flaw[]): object {
  const nodes = Object.groupBy(flaws, ([id]) => id)
  const error = {
    type: 'prompt_outputs_failed_validation',
    message: 'Prompt outputs failed validation',
    details: '',
    extra_info: {},
  }
  const node_errors = Object.fromEntries(
    Object.entries(nodes).map(([id, own = []]) => {
      const errors = own.map(([, , type, input, details]) => ({
        type,
        message: WORDS[type] ?? type,
        details: `${input}: ${details}`,
        extra_info: { input_name: input },
      }))
      return [id, { errors, dependent_outputs: [], class_type: own[0]?.[1] ?? '' }]
    }),
  )
  return { error, node_errors }
}

const invalidPrompt = (type: string, message: string): { readonly refusal: object } => ({
  refusal: { error: { type, message, details: '', extra_info: {} }, node_errors: {} },
})

/** Checks a graph as the server does before it queues it, and reads what it will paint. */
export function readEmulatedGraph(
  value: unknown,
  inputs: ReadonlyMap<string, Size>,
): { readonly refusal: object } | { readonly picture: EmulatedPicture } {
  const graph = typeof value === 'object' && value !== null ? (value as EmulatedGraph) : {}
  const odd = Object.keys(graph).find((id) => typeof graph[id]?.class_type !== 'string')
  if (odd !== undefined) {
    const words = `Cannot execute because a node is missing the class_type property: ${odd}`
    return invalidPrompt('invalid_prompt', words)
  }
  const outputs = Object.entries(graph).flatMap(([id, { class_type }]) => {
    const folder = OUTPUT_NODES[class_type]
    return folder === undefined ? [] : [[id, folder] as const]
  })
  if (outputs.length === 0) return invalidPrompt('prompt_no_outputs', 'Prompt has no outputs')
  const flaws = Object.entries(graph).flatMap(([id, node]) => flawsOf(id, node, graph, inputs))
  if (flaws.length > 0) return { refusal: refusalOf(flaws) }
  return { picture: readPicture(graph, outputs, inputs) }
}

const isLink = (value: unknown): value is readonly [string, number] =>
  Array.isArray(value) && value.length === 2 && typeof value[1] === 'number'

function flawsOf(
  id: string,
  { class_type: name, inputs }: EmulatedNode,
  graph: EmulatedGraph,
  files: ReadonlyMap<string, Size>,
): readonly Flaw[] {
  const flaws: Flaw[] = []
  const given = inputs ?? {}
  for (const [input, value] of Object.entries(given)) {
    if (!Array.isArray(value)) continue
    const isGood = isLink(value) && graph[value[0]] !== undefined
    if (!isGood) flaws.push([id, name, 'bad_linked_input', input, JSON.stringify(value)])
  }
  if (name === 'KSampler') {
    const { steps, sampler_name, scheduler, seed } = given
    if (seed === undefined) flaws.push([id, name, 'required_input_missing', 'seed', 'seed'])
    if (typeof steps === 'number' && steps < 1) {
      flaws.push([id, name, 'value_smaller_than_min', 'steps', `${steps} is smaller than min of 1`])
    }
    for (const [input, value, list] of [
      ['sampler_name', sampler_name, SAMPLERS],
      ['scheduler', scheduler, SCHEDULERS],
    ] as const) {
      if (typeof value !== 'string' || list.includes(value)) continue
      flaws.push([id, name, 'value_not_in_list', input, `'${value}' not in ${list.join(', ')}`])
    }
  }
  const { image } = given
  if (/^LoadImage/.test(name) && typeof image === 'string' && !files.has(image)) {
    flaws.push([id, name, 'custom_validation_failed', 'image', `Invalid image file: ${image}`])
  }
  return flaws
}

/** The latent grid: an eighth of the edges. */
const LATENT = 8

function readPicture(
  graph: EmulatedGraph,
  outputs: EmulatedPicture['outputs'],
  files: ReadonlyMap<string, Size>,
): EmulatedPicture {
  const nodes = Object.values(graph)
  const named = (...names: readonly string[]) =>
    nodes.find(({ class_type }) => names.includes(class_type))?.inputs ?? {}
  const number = (value: unknown, otherwise: number): number =>
    typeof value === 'number' ? value : otherwise
  const sampler = nodes.find(({ class_type }) => class_type.startsWith('KSampler'))?.inputs ?? {}
  const sized =
    nodes.find(({ inputs }) => typeof inputs.batch_size === 'number')?.inputs ?? named('ImageScale')
  const loaded = files.get(String(named('LoadImage').image)) ?? { width: 1024, height: 1024 }
  const edge = (pixels: number): number => Math.max(LATENT, pixels - (pixels % LATENT))
  const repeated = number(named('RepeatLatentBatch').amount, 1)
  return {
    prompt: promptOf(graph, sampler.positive),
    seed: number(sampler.seed ?? sampler.noise_seed, 0),
    steps: number(sampler.steps, 20),
    count: number(sized.batch_size, repeated),
    width: edge(number(sized.width, loaded.width)),
    height: edge(number(sized.height, loaded.height)),
    checkpoint: String(named('CheckpointLoaderSimple').ckpt_name ?? ''),
    outputs,
  }
}

/** Follows the connections to the text; a graph without a known sampler has its first text. */
function promptOf(graph: EmulatedGraph, link: unknown): string {
  const seen = new Set<string>()
  let next = isLink(link) ? link[0] : undefined
  while (next !== undefined && !seen.has(next)) {
    seen.add(next)
    const { inputs = {} } = graph[next] ?? {}
    if (typeof inputs.text === 'string') return inputs.text
    next = Object.values(inputs).find(isLink)?.[0]
  }
  const first = Object.values(graph).find(({ inputs }) => typeof inputs?.text === 'string')
  return String(first?.inputs.text ?? '')
}
