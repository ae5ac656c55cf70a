import { readFileSync } from 'node:fs'
import { dollarsFromNano, type Nano, roundToNano } from '../core/money.ts'
import { decimal } from '../core/pricing/decimal.ts'
import type { Usage } from '../core/pricing/usage.ts'
import type { Result } from '../core/result.ts'

/** Dollars and names of a vector; its arrays and nested tables are read where they occur. */
export type Fields = Readonly<Record<string, number>>

/** One worked price: a tariff, what was bought, and what it comes to. */
export interface Vector {
  readonly id: string
  readonly kind: string
  readonly price: Fields
  readonly input: Fields
  readonly usd?: number
  readonly per?: 'image'
  readonly expect?: number
}

/** The function that owns a vector: dollars, or another number where the vector expects one. */
export type Owner = (vector: Vector) => number

const file = new URL('../../test/data/price-vectors.jsonl', import.meta.url)

/** The vectors of `test/data`, in their order. */
export const vectors: readonly Vector[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

/** Fields that are counts; every other number of a price is written as a decimal string. */
const counts = ['mp_base', 'base_steps', 'pixels_per_token', 'gpus', 'cap', 'units']

/** The fields of a price as a price row writes them. */
export function priceFields(value: unknown, name = ''): unknown {
  if (typeof value === 'number') return counts.includes(name) ? value : decimal(value).toFixed()
  if (name === 'tiers' && Array.isArray(value)) {
    return value.map(([bound, usd]) => [bound, decimal(usd).toFixed()])
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, priceFields(each, key)]),
  )
}

/** What an input of a vector is called in a usage. */
const usageNames: Readonly<Record<string, keyof Usage>> = {
  ...{ n: 'images', size: 'size', quality: 'quality', resolution: 'resolution', steps: 'steps' },
  ...{ width: 'width', height: 'height', out_mp: 'outputMegapixels', in_mp: 'inputMegapixels' },
  ...{ predict_time_s: 'predictSeconds', startup_s: 'startupSeconds', utilisation: 'utilisation' },
  ...{ op: 'operation', mode: 'mode', tier: 'serviceTier', factor: 'scaleFactor' },
  ...{ controlnets: 'controlnets', loras: 'loras', refs: 'references' },
  ...{ mask_fraction: 'maskFraction', bbox: 'maskBox', seconds: 'videoSeconds' },
  ...{ out_s: 'videoSeconds', in_s: 'inputVideoSeconds', w: 'width', h: 'height' },
  ...{ fps: 'framesPerSecond', res: 'resolution', audio: 'hasAudio' },
}
const tokenNames: Readonly<Record<string, string>> = {
  ...{ text_in: 'textIn', cached_in: 'cachedTextIn', image_in: 'imageIn' },
  ...{ image_out: 'imageOut', text_out: 'textOut' },
}

/** The usage of an input. A name nobody knows is an error: nothing may be left out of a price. */
export function usageOf(input: Readonly<Record<string, unknown>>): Usage {
  const usage: Record<string, unknown> = { images: 1 }
  const tokens: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(input)) {
    const [usageName, tokenName] = [usageNames[name], tokenNames[name]]
    if (usageName !== undefined) usage[usageName] = value
    else if (tokenName !== undefined) tokens[tokenName] = value
    else throw new Error(`nobody reads the input ${name}`)
  }
  return { ...usage, ...(Object.keys(tokens).length > 0 ? { tokens } : {}) } as unknown as Usage
}

/** Dollars of a vector as money; a vector that lacks them has none of them. */
export const nanoOf = (dollars: number | undefined): Nano => roundToNano(decimal(dollars ?? 0))
/** Money as the number that vectors are compared in. */
export const dollarsOf = (nano: Nano | undefined): number => Number(dollarsFromNano(nano ?? -1n))

/** The value of a result that has to be one. */
export function valueIn<Value>(result: Result<Value, { readonly text: string }>): Value {
  if (!result.ok) throw new Error(result.refusal.text)
  return result.value
}
