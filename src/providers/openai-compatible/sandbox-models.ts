/** A model of the emulated server and what it bills. */
export interface EmulatedModel {
  readonly nanoPerImage: bigint
  readonly seconds: number
}

/**
 * A machine at $1.20 an hour that makes 240 pictures in one and works half of the time: one cent a
 * picture; and a model of a reseller at two cents.
 */
const models: Readonly<Record<string, EmulatedModel>> = {
  'stabilityai/stable-diffusion-3.5-medium': { nanoPerImage: 10_000_000n, seconds: 15 },
  'black-forest-labs/FLUX.2-klein-9B': { nanoPerImage: 20_000_000n, seconds: 3 },
}

/** Names as `GET /v1/models` lists them. */
export const modelNames = Object.keys(models)

/** Names that are never there. */
const MISSING = /missing/i

/** A model by its name. Those of the operator's own settings are taken for the first one. */
export const modelOf = (name: string): EmulatedModel | undefined =>
  Object.hasOwn(models, name)
    ? models[name]
    : MISSING.test(name)
      ? undefined
      : { nanoPerImage: 10_000_000n, seconds: 10 }
