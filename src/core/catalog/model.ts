import type { JsonObject } from '../json.ts'
import type { ImageFormat, Operation, Quality, Size } from '../request/image-request.ts'
import type { EmulatedOperation } from '../request/operation.ts'
import type { OperationLimit } from './operation-limit.ts'

/** A number of pixels that a provider sells by name. */
export interface ResolutionClass {
  /** As price rows name it: `1k`, `2k`, `768sq`. */
  readonly name: string
  /** Pixels of a picture in all, nominally: the provider chooses the edges. */
  readonly pixels: number
}

/** Which output sizes a model makes. */
export type SizeRule =
  /** Exactly these sizes. */
  | { readonly kind: 'list'; readonly sizes: readonly Size[] }
  /** Any size within these bounds. */
  | {
      readonly kind: 'free'
      readonly multipleOf: number
      readonly minPixels: number
      readonly maxPixels: number
      readonly minEdge: number
      readonly maxEdge: number
      /** Longer edge over shorter edge, at most. */
      readonly maxRatio: number
    }
  /** Only a shape; the provider chooses the pixels (nominally `pixels` in total). */
  | {
      readonly kind: 'aspect'
      readonly aspects: readonly string[]
      readonly pixels: number
      /** From few pixels to many, where there is a choice; `pixels` are those of the usual one. */
      readonly classes?: readonly ResolutionClass[] | undefined
    }

/** How dear and good a model is among its peers; a request for high quality needs a premium one. */
export type Tier = 'budget' | 'standard' | 'premium'

/** Since when a model exists and until when. Days are UTC; on the shutdown day it is gone. */
export interface Lifecycle {
  readonly availableFrom?: string
  readonly deprecatedAt?: string
  readonly shutdownAt?: string
  /** The model that the provider names as its successor. */
  readonly replacement?: string
}

/**
 * One model at one provider: what it can do and how long it lives. Prices stand in the price book.
 */
export interface Model {
  /** Canonical name, unique within its provider: `gpt-image-2`. */
  readonly id: string
  readonly provider: string
  /** The provider's name for it on the wire, when it differs. */
  readonly wireName?: string
  /** Other names of the same model at this provider, such as dated snapshots. */
  readonly otherNames: readonly string[]
  /** What it has a call of its own for. */
  readonly operations: readonly Operation[]
  /** What the gateway makes with it by another of its calls; always said in the answer. */
  readonly emulates?: readonly EmulatedOperation[]
  /** What its calls take and make, by operation; an operation that is not named has no limits. */
  readonly operationLimits?: { readonly [Name in Operation]?: OperationLimit }
  readonly tier: Tier
  readonly sizes: SizeRule
  /** What it makes when no size is asked for. */
  readonly defaultSize: Size
  /** Effort levels the model takes itself; empty when it has no such knob. */
  readonly qualities: readonly Quality[]
  readonly formats: readonly ImageFormat[]
  /** Images one call can return; more are made by parallel calls. */
  readonly maxImagesPerCall: number
  readonly maxInputImages: number
  readonly maxPromptCharacters: number
  readonly supports: {
    readonly mask?: boolean
    readonly transparent?: boolean
    readonly seed?: boolean
    readonly negativePrompt?: boolean
    readonly style?: boolean
    readonly compression?: boolean
    readonly moderation?: boolean
    readonly inputFidelity?: boolean
    readonly stream?: boolean
    /** Renders legible text. */
    readonly text?: boolean
  }
  readonly steps?: { readonly min: number; readonly max: number; readonly default: number }
  readonly guidance?: { readonly min: number; readonly max: number; readonly default: number }
  /** Prior of the seconds one call takes, until measured. */
  readonly typicalSeconds: number
  /** What its server must have loaded for it, and the seconds it loads where that is another. */
  readonly loads?: { readonly name: string; readonly seconds: number }
  /** Limit of one call, in milliseconds: synchronous answer or polling. */
  readonly timeoutMs: number
  readonly lifecycle: Lifecycle
  readonly isFictional?: boolean
  /** Facts only this provider's adapter reads, such as a path. */
  readonly wire: JsonObject
}

/**
 * A retired or foreign name that leads to a live model; data with dates, always said in a warning.
 */
export interface ModelAlias {
  readonly name: string
  /** `provider/model` or a model id. */
  readonly target: string
  /** From this UTC day on the name is an alias. */
  readonly from: string
  /** Parameters the old model had and the new one lacks. */
  readonly drops: readonly string[]
  readonly note: string
}

/** `provider/model`, the name of an offer in price books and answers. */
export const offerName = (model: Pick<Model, 'provider' | 'id'>): string =>
  `${model.provider}/${model.id}`
