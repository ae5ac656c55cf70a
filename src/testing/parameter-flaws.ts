import { abilitiesOf } from '../core/catalog/emulation.ts'
import { fitRequest } from '../core/catalog/fit.ts'
import type { Model } from '../core/catalog/model.ts'
import type { ImageRequest, Operation } from '../core/request/image-request.ts'
import { operationRules } from '../core/request/operation.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import { type SampleInputs, sampleDetails, sampleRequest, toCall } from './sample-calls.ts'

/** What is looked at. */
type Subject = Pick<ProviderDefinition, 'models' | 'toWire' | 'flow'>

/** Parameters that any request may have, by their names on our wire. */
const sampleParameters: Readonly<Record<string, Partial<ImageRequest>>> = {
  quality: { quality: 'high' },
  steps: { steps: 21 },
  guidance: { guidance: 4.5 },
  seed: { seed: 7 },
  style: { style: 'vivid' },
  negative_prompt: { negativePrompt: 'fog' },
  background: { background: 'opaque' },
  output_format: { format: 'webp' },
  output_compression: { format: 'webp', compression: 80 },
  moderation: { moderation: 'low' },
  input_fidelity: { inputFidelity: 'high' },
  partial_images: { partialImages: 2 },
}

/**
 * What a provider does with parameters other than what it says: one that the report passes over,
 * one that counts as honoured and does not reach the wire, one that is dropped and goes out all the
 * same.
 */
export const parameterFlaws = (definition: Subject, inputs: SampleInputs): readonly string[] =>
  definition.models.flatMap((model) =>
    abilitiesOf(model).flatMap((operation) =>
      flawsOf(definition, model, operation, inputs).map(
        (flaw) => `${model.id}, ${operation}: ${flaw}`,
      ),
    ),
  )

function flawsOf(
  definition: Subject,
  model: Model,
  operation: Operation,
  inputs: SampleInputs,
): string[] {
  const changes: typeof sampleParameters = {
    ...sampleParameters,
    quality: { quality: model.qualities.at(-1) ?? 'high' },
    // What is left when a background goes has a transparent one.
    ...(operation === 'remove_background' ? { background: { background: 'transparent' } } : {}),
  }
  const [details] = sampleDetails(model, operation)
  const sized = operationRules[operation].followsInput ? {} : { size: model.defaultSize }
  const all = Object.assign({}, sized, details && { details }, ...Object.values(changes))
  const fit = fitRequest(sampleRequest(model, operation, all), model, { isPinned: true })
  if (!fit.ok) return [`refuses a request with every parameter: ${fit.refusal.reason}`]
  const said = ['kind', ...fit.value.reports.map(({ param }) => param)]
  const named = [sized, details ?? {}, changes].flatMap((group) => Object.keys(group))
  const plain = printed(definition, model, operation, {}, inputs)
  const untrue = Object.entries(changes).flatMap(([param, change]) => {
    const other = printed(definition, model, operation, change, inputs)
    const isAsked = other.asked !== plain.asked
    if (isAsked === (other.wire !== plain.wire)) return []
    return [isAsked ? `${param} is honoured, and is not sent` : `${param} changes what is sent`]
  })
  const silent = named.filter((param) => !said.includes(param))
  return [...silent.map((param) => `the report says nothing of ${param}`), ...untrue]
}

interface Printed {
  /** What the model is asked for. */
  readonly asked: string
  readonly wire: string
}

/** A call with one parameter, as it is planned and as it goes out; pictures by their lengths. */
function printed(
  definition: Subject,
  model: Model,
  operation: Operation,
  change: Partial<ImageRequest>,
  inputs: SampleInputs,
): Printed {
  const call = toCall(sampleRequest(model, operation, change), model, inputs)
  const { url, headers, body } = definition.toWire(call, [])
  // Previews that a server shows beside the call are not asked for in it.
  const beside = isHeard(definition.flow) ? call.partialImages : undefined
  const wire = JSON.stringify([url, headers, body, beside], (_, value: unknown) =>
    value instanceof Uint8Array ? value.length : value,
  )
  return { asked: JSON.stringify([call.settings, call.partialImages]), wire }
}

/** Whether calls are watched or listened to while they are worked on. */
const isHeard = (flow: ProviderDefinition['flow']): boolean =>
  flow.kind === 'sync'
    ? flow.watch !== undefined || flow.socket !== undefined
    : flow.listen !== undefined
