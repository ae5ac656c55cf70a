import { hash } from 'node:crypto'
import type { Model } from '../core/catalog/model.ts'
import { withOperationUsage } from '../core/catalog/operation-usage.ts'
import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../core/errors/provider-failure.ts'
import { type PriceRowInput, priceRowsSchema } from '../core/pricebook/price-row.ts'
import type { Usage } from '../core/pricing/usage.ts'
import type {
  CallContext,
  CallOutcome,
  CallPlan,
  ProducedImage,
  Provider,
  ProviderCall,
  ProviderJob,
} from '../ports/provider.ts'
import { noisePng } from './noise-png.ts'
import { sampleModel } from './sample-models.ts'

/** What a scripted provider does with one call; `index` counts its calls from 0. */
export type Play = (
  call: ProviderCall,
  context: CallContext,
  index: number,
) => CallOutcome | Promise<CallOutcome>

/** What it does with a job that was submitted earlier. */
export type Resume = (job: ProviderJob, plan: CallPlan) => CallOutcome | Promise<CallOutcome>

/** How a provider is scripted; what is left out is a provider that draws what it is asked. */
export interface Script {
  readonly id?: string
  readonly models?: readonly Model[]
  /** Dollars for one image, of every model. */
  readonly usd?: string
  /** Changes of the price row of every model. */
  readonly row?: Partial<PriceRowInput>
  readonly isSimulated?: boolean
  /** The most images a call of `n` may be charged for, when that is more than `n`. */
  readonly worstImages?: (n: number) => number
  readonly play?: Play
  readonly resume?: Resume
}

/** A provider that follows a script, talks to nobody, and remembers what it was asked. */
export interface ScriptedProvider extends Provider {
  readonly calls: readonly ProviderCall[]
  readonly resumed: readonly ProviderJob[]
}

/** Small pictures of any shape, so that thousands cost nothing. */
const smallSizes = {
  kind: 'free',
  multipleOf: 16,
  minPixels: 256,
  maxPixels: 1_048_576,
  minEdge: 16,
  maxEdge: 2_048,
  maxRatio: 16,
} as const

/** A model of a scripted provider: 32×32 pictures, up to four a call. */
export const scriptedModel = (changes: Partial<Model> = {}): Model =>
  sampleModel({ sizes: smallSizes, defaultSize: { width: 32, height: 32 }, ...changes })

/** Makes a provider that follows a script. */
export function scriptedProvider(script: Script = {}): ScriptedProvider {
  const { id = 'acme', usd = '0.01', row = {}, play = draws(), resume } = script
  const models = script.models ?? [scriptedModel({ provider: id })]
  const calls: ProviderCall[] = []
  const resumed: ProviderJob[] = []
  const rows = models.flatMap((model) =>
    model.operations.map((operation) => ({
      offer: `${id}/${model.id}`,
      operation,
      components: [{ kind: 'per_image' as const, usd }],
      valid_from: '2026-01-01',
      source: {
        url: `https://${id}.example/prices`,
        read_at: '2026-11-01',
        confidence: 'high' as const,
      },
      ...row,
    })),
  )
  const usageOf = ({ expectedSize }: CallPlan, images: number): Usage => ({
    images,
    ...expectedSize,
  })
  return {
    id,
    displayName: id,
    models,
    aliases: [],
    prices: priceRowsSchema.parse(rows),
    isSimulated: script.isSimulated ?? false,
    calls,
    resumed,
    checkOptions: () => undefined,
    estimate: (plan) =>
      withOperationUsage(
        {
          low: usageOf(plan, plan.n),
          expected: usageOf(plan, plan.n),
          high: usageOf(plan, script.worstImages?.(plan.n) ?? plan.n),
        },
        plan,
      ),
    call: async (call, context) => {
      calls.push(call)
      return play(call, context, calls.length - 1)
    },
    resume: async (job, plan) => {
      resumed.push(job)
      if (resume === undefined) throw new Error(`nothing is scripted for the job ${job.id}`)
      return resume(job, plan)
    },
  }
}

/** A picture with its digest. */
export const pictureOf = (bytes: Uint8Array): ProducedImage => ({
  bytes,
  digest: hash('sha256', bytes, 'hex'),
})

/** The end of a call that made pictures. */
export const produced = (
  images: readonly (Uint8Array | ProducedImage)[],
  more: Partial<Extract<CallOutcome, { kind: 'produced' }>> = {},
): CallOutcome => ({
  kind: 'produced',
  images: images.map((image) => (image instanceof Uint8Array ? pictureOf(image) : image)),
  withheld: [],
  usage: {},
  ...more,
})

/** The end of a call that made none. */
export const failed = (
  failureClass: FailureClass,
  details: Partial<ProviderFailure> = {},
): CallOutcome => ({
  kind: 'failed',
  failure: failure(failureClass, `scripted ${failureClass}`, details),
})

/** Draws as many pictures as asked, in the size asked for, each another one. */
export function draws(firstSeed = 1): Play {
  let seed = firstSeed
  return ({ n, expectedSize }) =>
    produced(
      Array.from({ length: n }, () => {
        seed += 1
        return noisePng(expectedSize, seed)
      }),
    )
}

/** Plays one after the other, the last one for ever. */
export const inTurn =
  (...plays: readonly Play[]): Play =>
  (call, context, index) => {
    const play = plays[Math.min(index, plays.length - 1)]
    if (play === undefined) throw new RangeError('a turn without a play')
    return play(call, context, index)
  }
