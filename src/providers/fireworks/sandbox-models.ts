/** One emulated model. */
export interface EmulatedModel {
  readonly shape: 'workflow' | 'kontext' | 'legacy'
  /** Nano-dollars for a step, or for a picture of Kontext. */
  readonly nano: number
  /** Steps that are made unless asked for others; 0 where there is no choice. */
  readonly usualSteps: number
  readonly seconds: number
}

const legacy = { shape: 'legacy', nano: 130_000, usualSteps: 30, seconds: 4 } as const

/**
 * The emulated models by the last part of their names. Prices by step and picture: LiteLLM price
 * list of 2026-08-01, read 2026-11-25. Default steps but those of schnell (docs.fireworks.ai, read
 * 2026-11-25), and speeds, are the emulator's own.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  'flux-kontext-pro': { shape: 'kontext', nano: 40_000_000, usualSteps: 0, seconds: 8 },
  'flux-kontext-max': { shape: 'kontext', nano: 80_000_000, usualSteps: 0, seconds: 11 },
  'flux-1-schnell-fp8': { shape: 'workflow', nano: 350_000, usualSteps: 4, seconds: 1 },
  'flux-1-dev-fp8': { shape: 'workflow', nano: 500_000, usualSteps: 28, seconds: 3 },
  'stable-diffusion-xl-1024-v1-0': legacy,
  'SSD-1B': legacy,
  'playground-v2-1024px-aesthetic': legacy,
  'playground-v2-5-1024px-aesthetic': legacy,
  'japanese-stable-diffusion-xl': legacy,
}

/** What a call costs, in nano-dollars: by picture and step, or flat. */
export const costNano = (
  { nano, usualSteps }: EmulatedModel,
  { count, steps }: { readonly count: number; readonly steps: number },
): number => nano * count * (usualSteps === 0 ? 1 : steps)
