import type { Model } from '../../core/catalog/model.ts'
import { readModelsFile } from '../shared/models-file.ts'
import { factsOf } from './facts.ts'
import modelsFile from './models.json' with { type: 'json' }

const { models } = readModelsFile('openrouter', modelsFile)

/**
 * One line of a supplier's price list, in nano-dollars. Written down a second time on purpose (not
 * read from `prices.json`), in the form in which OpenRouter gives it; sources as there.
 */
export interface PriceLine {
  readonly billable:
    | 'output_image'
    | 'input_image'
    | 'input_font'
    | 'input_reference'
    | 'input_text'
  readonly unit: 'image' | 'megapixel' | 'token'
  readonly nano: bigint
  readonly variant?: string
}

const line = (
  billable: PriceLine['billable'],
  unit: PriceLine['unit'],
  nano: bigint,
  variant?: string,
): PriceLine => ({ billable, unit, nano, ...(variant === undefined ? {} : { variant }) })

const GOOGLE = ['google-ai-studio', 'google-vertex/global'] as const

/** Who serves a model, and for what. */
interface Offer {
  readonly name: string
  readonly suppliers: readonly string[]
  readonly lines: readonly PriceLine[]
}

const offers: { readonly [slug: string]: Offer } = {
  'openai/gpt-image-2': {
    name: 'OpenAI: GPT Image 2',
    suppliers: ['openai'],
    lines: [
      line('input_text', 'token', 5_000n),
      line('input_image', 'token', 8_000n),
      line('output_image', 'token', 30_000n),
    ],
  },
  'google/gemini-nano-banana-2.1': {
    name: 'Google: Nano Banana 2.1',
    suppliers: GOOGLE,
    lines: [line('input_image', 'token', 1_500n), line('output_image', 'token', 30_000n)],
  },
  'google/gemini-3-pro-image': {
    name: 'Google: Nano Banana Pro',
    suppliers: GOOGLE,
    lines: [line('input_image', 'token', 2_000n), line('output_image', 'token', 120_000n)],
  },
  'bytedance-seed/seedream-4.5': {
    name: 'ByteDance Seed: Seedream 4.5',
    suppliers: ['seed'],
    lines: [line('output_image', 'image', 40_000_000n)],
  },
  'black-forest-labs/flux.2-pro': {
    name: 'Black Forest Labs: FLUX.2 Pro',
    suppliers: ['black-forest-labs'],
    lines: [
      line('output_image', 'megapixel', 30_000_000n),
      line('input_image', 'megapixel', 15_000_000n),
    ],
  },
  'black-forest-labs/flux.2-max': {
    name: 'Black Forest Labs: FLUX.2 Max',
    suppliers: ['black-forest-labs'],
    lines: [
      line('output_image', 'megapixel', 70_000_000n),
      line('input_image', 'megapixel', 30_000_000n),
    ],
  },
  'black-forest-labs/flux.2-flex': {
    name: 'Black Forest Labs: FLUX.2 Flex',
    suppliers: ['black-forest-labs'],
    lines: [
      line('output_image', 'megapixel', 60_000_000n),
      line('input_image', 'megapixel', 60_000_000n),
    ],
  },
  'black-forest-labs/flux.2-klein-4b': {
    name: 'Black Forest Labs: FLUX.2 Klein 4B',
    suppliers: ['black-forest-labs'],
    lines: [line('output_image', 'megapixel', 14_000_000n)],
  },
  'black-forest-labs/flux-3-image': {
    name: 'Black Forest Labs: FLUX 3 Image',
    suppliers: ['black-forest-labs'],
    lines: [line('output_image', 'image', 48_000_000n, '1k')],
  },
  'x-ai/grok-imagine-image-quality': {
    name: 'xAI: Grok Imagine Image Quality',
    suppliers: ['xai'],
    lines: [
      line('output_image', 'image', 50_000_000n, '1k'),
      line('output_image', 'image', 70_000_000n, '2k'),
      line('input_image', 'image', 10_000_000n),
    ],
  },
  'sourceful/riverflow-v2-pro': {
    name: 'Sourceful: Riverflow V2 Pro',
    suppliers: ['sourceful'],
    lines: [
      line('output_image', 'image', 150_000_000n),
      line('output_image', 'image', 150_000_000n, '2k'),
      line('output_image', 'image', 330_000_000n, '4k'),
      line('input_font', 'image', 30_000_000n),
      line('input_reference', 'image', 200_000_000n),
    ],
  },
}

/** A model as the emulated OpenRouter serves it. */
export interface EmulatedModel extends Offer {
  readonly slug: string
  readonly model: Model
}

/** Finds a model by its slug. */
export function modelOf(slug: string): EmulatedModel | undefined {
  const model = models.find(({ wireName }) => wireName === slug)
  const offer = Object.hasOwn(offers, slug) ? offers[slug] : undefined
  return model === undefined || offer === undefined ? undefined : { slug, model, ...offer }
}

const emulated = Object.keys(offers).flatMap((slug) => modelOf(slug) ?? [])

/** The price feed's list: every image model, without prices. */
export const listModels = () => ({ data: emulated.map(describeModel) })

const describeModel = (found: EmulatedModel) => ({
  id: found.slug,
  name: found.name,
  description: 'Emulated by the Keeprate sandbox.',
  created: 1_782_259_200,
  architecture: { input_modalities: ['text', 'image'], output_modalities: ['image'] },
  supported_parameters: parametersOf(found.model),
  supports_streaming: found.model.supports.stream === true,
  endpoints: `/api/v1/images/models/${found.slug}/endpoints`,
})

/** One model's suppliers with their price lines. */
export const listEndpoints = (found: EmulatedModel) => ({
  id: found.slug,
  endpoints: found.suppliers.map((supplier) => ({
    provider_name: supplier,
    provider_slug: supplier,
    provider_tag: supplier,
    supported_parameters: parametersOf(found.model),
    allowed_passthrough_parameters: factsOf(found.model).passthrough,
    supports_streaming: found.model.supports.stream === true,
    pricing: found.lines.map(({ billable, unit, nano, variant }) => ({
      billable,
      unit,
      cost_usd: Number(nano) / 1e9,
      ...(variant === undefined ? {} : { variant }),
    })),
  })),
})

/** Descriptors of what a model takes. */
function parametersOf(model: Model): Record<string, object> {
  const { parameters } = factsOf(model)
  const { sizes } = model
  const classes = sizes.kind === 'aspect' ? (sizes.classes ?? []) : []
  const listOf = (values: readonly string[]) => ({ type: 'enum', values })
  const all: Record<string, object> = {
    resolution: listOf(classes.map(({ name }) => name.toUpperCase())),
    aspect_ratio: listOf(sizes.kind === 'aspect' ? sizes.aspects : []),
    quality: listOf(['auto', ...model.qualities]),
    output_format: listOf(model.formats),
    background: listOf(['auto', 'opaque']),
    output_compression: { type: 'range', min: 0, max: 100 },
    seed: { type: 'boolean' },
  }
  return {
    ...Object.fromEntries(Object.entries(all).filter(([name]) => parameters.includes(name))),
    n: { type: 'range', min: 1, max: model.maxImagesPerCall },
    input_references: { type: 'range', min: 0, max: model.maxInputImages },
  }
}
