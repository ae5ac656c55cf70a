/** What the key of a row of LiteLLM's price file says. */
export interface LitellmKey {
  /** The provider as our offers name it. */
  readonly provider: string
  /** The model as LiteLLM names it, without provider, quality, size and steps. */
  readonly model: string
  readonly quality: string | null
  /** `WxH`; null = any, or the largest that there is. */
  readonly size: string | null
  /** A number of steps, or `max`. */
  readonly steps: number | 'max' | null
}

/** LiteLLM's names of providers, where ours differ. */
const providerNames: Readonly<Record<string, string>> = {
  aiml: 'aimlapi',
  azure_ai: 'azure',
  black_forest_labs: 'bfl',
  fal_ai: 'fal',
  fireworks_ai: 'fireworks',
  runwayml: 'runway',
  together_ai: 'together',
  vertex_ai: 'vertex',
  'vertex_ai-image-models': 'vertex',
  'vertex_ai-language-models': 'vertex',
}

/** Paths that stand before the model; they name the provider once more. */
const prefixes = [
  'fireworks_ai/accounts/fireworks/models/',
  'vertex_ai/',
  'gemini/',
  'bedrock/',
] as const

const qualities = ['low', 'medium', 'high', 'standard', 'hd']
const SIZE_PATTERN = /^(\d+|max)-x-(\d+|max)$/
const STEPS_PATTERN = /^(\d+|max)-steps$/

/**
 * Takes a key apart: `[provider/][quality/][W-x-H/][N-steps/][provider/]model`. Whatever does not
 * fit stays in the model's name, so that two keys never become one by a misreading.
 */
export function fromLitellmKey(key: string, litellmProvider: string): LitellmKey {
  let rest = withoutPrefix(key, litellmProvider)
  const quality = qualities.find((name) => rest.startsWith(`${name}/`)) ?? null
  if (quality !== null) rest = rest.slice(quality.length + 1)
  const [, width, height] = SIZE_PATTERN.exec(headOf(rest)) ?? []
  if (width !== undefined) rest = tailOf(rest)
  const [, steps] = STEPS_PATTERN.exec(headOf(rest)) ?? []
  if (steps !== undefined) rest = tailOf(rest)
  const isAny = width === undefined || width === 'max' || height === 'max'
  return {
    provider: providerNames[litellmProvider] ?? litellmProvider.toLowerCase(),
    model: withoutPrefix(rest, litellmProvider),
    quality,
    size: isAny ? null : `${width}x${height}`,
    steps: steps === undefined || steps === 'max' ? (steps ?? null) : Number(steps),
  }
}

function withoutPrefix(key: string, litellmProvider: string): string {
  const prefix = [...prefixes, `${litellmProvider}/`].find((candidate) => key.startsWith(candidate))
  return prefix === undefined ? key : key.slice(prefix.length)
}

const headOf = (key: string): string => key.slice(0, Math.max(0, key.indexOf('/')))
const tailOf = (key: string): string => key.slice(key.indexOf('/') + 1)
