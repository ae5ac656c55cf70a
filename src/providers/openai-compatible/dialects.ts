/** How one kind of server spells what OpenAI's API has no word for, and where it differs. */
export interface Dialect {
  readonly steps?: string
  readonly guidance?: string
  readonly seed?: string
  /** `|` = behind the prompt, after a bar. */
  readonly negativePrompt?: string
  /** Sent unless the operator says otherwise; absent = not sent. */
  readonly responseFormat?: 'b64_json' | 'url'
  readonly inpaintPath: string
  /** What marks the area to edit. */
  readonly mask: 'clear_is_edit' | 'white_is_edit'
  /** Names of the file parts of input images, for one and for several. */
  readonly files: readonly [one: string, several: string]
}

const EDITS = '/images/edits'
const openai: Dialect = {
  seed: 'seed',
  negativePrompt: 'negative_prompt',
  inpaintPath: EDITS,
  mask: 'clear_is_edit',
  files: ['image', 'image[]'],
}
const diffusion = {
  ...openai,
  steps: 'num_inference_steps',
  guidance: 'guidance_scale',
  responseFormat: 'b64_json',
} as const satisfies Dialect

/**
 * The servers that were looked at (docs.vllm.ai/projects/vllm-omni, docs.sglang.ai, localai.io, all
 * read 2026-11-20). `openai` is for gateways that pass OpenAI's own parameters on, such as LiteLLM.
 */
export const dialects = {
  openai,
  'vllm-omni': diffusion,
  sglang: diffusion,
  localai: {
    ...openai,
    steps: 'step',
    negativePrompt: '|',
    responseFormat: 'b64_json',
    inpaintPath: '/images/inpainting',
    mask: 'white_is_edit',
  },
} as const satisfies Readonly<Record<string, Dialect>>

/** Servers by name. */
export type DialectName = keyof typeof dialects

/** All names. */
export const dialectNames = Object.keys(dialects) as [DialectName, ...DialectName[]]

/** The dialect that a model's `wire` names; OpenAI's own otherwise. */
export function dialectOf({ wire }: { readonly wire: { readonly dialect?: unknown } }): Dialect {
  const name = dialectNames.find((candidate) => candidate === wire.dialect)
  return dialects[name ?? 'openai']
}
