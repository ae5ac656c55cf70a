import { invalid } from '../errors/gateway-error.ts'
import { priorities } from '../jobs/queue-place.ts'
import { toSnake } from '../json.ts'
import { complexities } from '../purpose/words.ts'
import {
  cacheModes,
  gateRefusalModes,
  hedgeModes,
  imageFormats,
  needs,
  refusalModes,
  requestStrategies,
} from './image-request.ts'
import { operations } from './operation.ts'
import type { RequestDraft } from './request-draft.ts'

/** What a field must be, in the words of a refusal. */
const types = {
  text: ['a text', (value: unknown) => typeof value === 'string'],
  number: ['a number', (value: unknown) => typeof value === 'number'],
  flag: ['true or false', (value: unknown) => typeof value === 'boolean'],
  list: ['a list', (value: unknown) => Array.isArray(value)],
  object: [
    'an object',
    (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ],
} as const satisfies Record<string, readonly [words: string, isOne: (value: unknown) => boolean]>

/** Spelling on the wire and type of every field; a field that is forgotten does not compile. */
const fields: {
  readonly [Field in keyof RequestDraft]-?: readonly [param: string, type: keyof typeof types]
} = {
  operation: ['operation', 'text'],
  model: ['model', 'text'],
  prompt: ['prompt', 'text'],
  negativePrompt: ['negative_prompt', 'text'],
  n: ['n', 'number'],
  size: ['size', 'text'],
  aspect: ['aspect_ratio', 'text'],
  resolution: ['resolution', 'text'],
  quality: ['quality', 'text'],
  steps: ['steps', 'number'],
  guidance: ['guidance', 'number'],
  seed: ['seed', 'number'],
  style: ['style', 'text'],
  background: ['background', 'text'],
  format: ['output_format', 'text'],
  compression: ['output_compression', 'number'],
  moderation: ['moderation', 'text'],
  inputFidelity: ['input_fidelity', 'text'],
  images: ['image', 'list'],
  mask: ['mask', 'object'],
  refines: ['refines', 'text'],
  references: ['references', 'list'],
  referenceThreshold: ['reference_threshold', 'number'],
  purpose: ['purpose', 'text'],
  category: ['category', 'text'],
  complexity: ['complexity', 'text'],
  display: ['display', 'text'],
  floor: ['floor', 'number'],
  brand: ['brand', 'text'],
  baseline: ['baseline', 'text'],
  needs: ['needs', 'list'],
  deadlineMs: ['deadline_ms', 'number'],
  maxCost: ['max_cost', 'text'],
  tags: ['tags', 'object'],
  endUser: ['user', 'text'],
  group: ['group', 'text'],
  webhook: ['webhook', 'text'],
  consistent: ['consistent', 'flag'],
  priority: ['priority', 'text'],
  notBefore: ['not_before', 'text'],
  strict: ['strict', 'flag'],
  cache: ['cache', 'text'],
  cacheTtlMs: ['cache_ttl', 'number'],
  cacheThreshold: ['cache_threshold', 'number'],
  cancelOnDisconnect: ['cancel_on_disconnect', 'flag'],
  onPolicyRefusal: ['on_policy_refusal', 'text'],
  onGateRefusal: ['on_gate_refusal', 'text'],
  strategy: ['strategy', 'text'],
  hedge: ['hedge', 'text'],
  stream: ['stream', 'flag'],
  partialImages: ['partial_images', 'number'],
  providerOptions: ['provider_options', 'object'],
  expand: ['expand', 'object'],
  scale: ['scale', 'number'],
  mode: ['mode', 'text'],
  search: ['search', 'text'],
  control: ['control', 'text'],
  strength: ['strength', 'number'],
}

/** How a member of a request is spelled on the wire. */
export const wireNameOf = (name: string): string =>
  Object.hasOwn(fields, name) ? fields[name as keyof RequestDraft][0] : toSnake(name)

/** Fields that take one of a few words. */
const choices: { readonly [Field in keyof RequestDraft]?: readonly string[] } = {
  operation: operations,
  format: imageFormats,
  moderation: ['auto', 'low'],
  inputFidelity: ['low', 'high'],
  cache: cacheModes,
  onPolicyRefusal: refusalModes,
  onGateRefusal: gateRefusalModes,
  strategy: requestStrategies,
  hedge: hedgeModes,
  complexity: complexities,
  priority: priorities,
}

/**
 * Checks what the types promise, because not every caller is TypeScript: the command line passes
 * words as they were typed, and the library is called from plain JavaScript.
 * @throws GatewayError naming the parameter, in the spelling of the wire.
 */
export function checkDraft(draft: RequestDraft): void {
  for (const name of Object.keys(fields) as (keyof RequestDraft)[]) {
    const value: unknown = draft[name]
    const isGiven = value !== null && value !== undefined
    if (!isGiven && name !== 'operation') continue
    const [param, type] = fields[name]
    const [words, isOne] = types[type]
    if (!isOne(value)) throw invalid(param, `${param} must be ${words}.`)
    const allowed = choices[name]
    if (allowed !== undefined && !allowed.some((choice) => choice === value)) {
      throw invalid(param, `${param} must be one of ${allowed.join(', ')}.`)
    }
  }
  if ((draft.needs ?? []).some((need) => !needs.includes(need))) {
    throw invalid('needs', `needs must be a list of ${needs.join(', ')}.`)
  }
}
