import type { Priority } from '../jobs/queue-place.ts'
import type { JsonObject } from '../json.ts'
import type { Nano } from '../money.ts'
import type { Complexity } from '../purpose/words.ts'
import type { Instant } from '../time.ts'
import type { Operation } from './operation.ts'
import type { OperationDetails } from './operation-details.ts'

export { operations } from './operation.ts'
export type { Operation, OperationDetails }

/** Levels of effort a caller may ask for; `hd` and `standard` are mapped before they get here. */
export const qualities = ['low', 'medium', 'high', 'xhigh', 'max'] as const
/** See {@link qualities}. Ordered from cheap to dear. */
export type Quality = (typeof qualities)[number]

/** Raster formats the gateway stores and serves. SVG is never served: it can carry scripts. */
export const imageFormats = ['png', 'jpeg', 'webp'] as const
/** See {@link imageFormats}. */
export type ImageFormat = (typeof imageFormats)[number]

/** What the picture must be able to do, beyond pixels; restricts the eligible models. */
export const needs = ['text', 'edit', 'transparent'] as const
/** See {@link needs}. */
export type Need = (typeof needs)[number]

/**
 * How the cache may answer: `only` never generates, `refresh` never reads, `off` neither reads nor
 * writes.
 */
export const cacheModes = ['allow', 'only', 'refresh', 'off'] as const
/** See {@link cacheModes}. */
export type CacheMode = (typeof cacheModes)[number]

/**
 * Where a request may go after a provider refused its content: nowhere, or to offers of other
 * providers. What one of them refuses another may make, so the caller must want it.
 */
export const refusalModes = ['stop', 'fallback'] as const
/** See {@link refusalModes}. */
export type RefusalMode = (typeof refusalModes)[number]

/**
 * What becomes of pictures that gates refused when the plan has nothing better: the best of them is
 * delivered with a warning, or none is.
 */
export const gateRefusalModes = ['deliver', 'fail'] as const
/** See {@link gateRefusalModes}. */
export type GateRefusalMode = (typeof gateRefusalModes)[number]

/** How pictures are come by: as the purpose says, or as drafts of which one is refined. */
export const requestStrategies = ['auto', 'draft'] as const
/** See {@link requestStrategies}. */
export type RequestStrategy = (typeof requestStrategies)[number]

/** Whether a second offer may be asked while the first one is silent. */
export const hedgeModes = ['off', 'auto'] as const
/** See {@link hedgeModes}. */
export type HedgeMode = (typeof hedgeModes)[number]

/** Width and height in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Where a picture will stand: CSS pixels, and how many device pixels each of them has. */
export interface Display extends Size {
  readonly pixelRatio: number
}

/** What a mask marks: the smallest box around it, and its share of the picture, 0 to 1. */
export interface Coverage extends Size {
  readonly share: number
}

/** An input image or mask: the facts of its header and the digest its bytes are stored under. */
export interface InputImage extends Size {
  /** SHA-256 of the bytes, lower-case hex. */
  readonly digest: string
  readonly format: ImageFormat
  readonly byteLength: number
  /** Whether the format's header declares an alpha channel. */
  readonly hasAlpha: boolean
  /** Of a mask: what it marks. Measured only where a price depends on it. */
  readonly coverage?: Coverage
  /** The stored bytes are larger: they are made so small before they are sent. */
  readonly isShrunk?: true
}

/** A picture that those of a request are to be like. */
export interface Reference {
  /** SHA-256 of the bytes, lower-case hex. */
  readonly digest: string
  readonly format: ImageFormat
  /** Its id, of a picture of ours. */
  readonly image?: string
}

/**
 * The normalised request: what a caller wants, free of any provider's spelling. Every surface
 * (HTTP, CLI, library, batch line) produces this; every later stage reads only this.
 * An absent field means "the model's or the gateway's default", never "unknown".
 */
export interface ImageRequest {
  readonly operation: Operation
  /** What the operation needs to know beside pictures and words; of the same operation. */
  readonly details?: OperationDetails
  /** As asked for: `auto`, `auto:cheapest`, a model name, `provider/model` or an alias. */
  readonly model: string
  /** Empty where the operation needs no words and none were given. */
  readonly prompt: string
  readonly negativePrompt?: string
  /** Number of images, 1 to {@link requestLimits.maxImages}. */
  readonly n: number
  readonly size?: Size
  /** `W:H` when the caller asked for a shape instead of pixels. */
  readonly aspect?: string
  readonly resolution?: '512' | '1k' | '2k' | '4k'
  readonly quality?: Quality
  readonly steps?: number
  readonly guidance?: number
  readonly seed?: number
  readonly style?: string
  readonly background?: 'transparent' | 'opaque'
  readonly format?: ImageFormat
  /** 0–100, for jpeg and webp. */
  readonly compression?: number
  readonly moderation?: 'auto' | 'low'
  readonly inputFidelity?: 'low' | 'high'
  readonly images: readonly InputImage[]
  readonly mask?: InputImage
  /** Id of the draft of which this is the finished picture; its cost is told beside it. */
  readonly refines?: string
  /** What its pictures are to be like: the nearest of these, in the vectors of the embedder. */
  readonly references?: readonly Reference[]
  /** Lowest cosine that passes, -1 to 1; the purpose's own when absent. */
  readonly referenceThreshold?: number
  readonly purpose?: string
  readonly category?: string
  /** How much detail the picture has; found out from the prompt when absent. */
  readonly complexity?: Complexity
  /** Where it will stand; the purpose's when absent. Decides the size where none was asked for. */
  readonly display?: Display
  /** Share of requests that must end in an accepted picture; the purpose's when absent. */
  readonly floor?: number
  /** The brand that the picture is for. */
  readonly brand?: string
  /** Model whose price the savings are counted from; the gateway's own when absent. */
  readonly baseline?: string
  readonly needs: readonly Need[]
  /** From acceptance to answer, in milliseconds. */
  readonly deadlineMs?: number
  /** Nothing is sent whose worst case costs more than this, in nano-dollars, over all images. */
  readonly maxCostNano?: Nano
  readonly tags: Readonly<Record<string, string>>
  /** The caller's own user id; sent to providers only as a hash. */
  readonly endUser?: string
  /** Requests of one group are one user's for cache rules. */
  readonly group?: string
  /** Address that is told how the request ended, beside the tenant's webhooks. */
  readonly webhook?: string
  /** All pictures of the group come from one model; as its purpose says when absent. */
  readonly consistent?: boolean
  /** Whose turn it is in the queue; what somebody waits for goes first in any case. */
  readonly priority?: Priority
  /** A job is not begun before; only of one that nobody waits for. */
  readonly notBefore?: Instant
  /** Refuse with 400 instead of dropping or approximating a parameter. */
  readonly strict: boolean
  readonly cache: CacheMode
  /** Whether the caller named the cache mode; only then may siblings share a picture. */
  readonly cacheIsExplicit: boolean
  readonly cacheTtlMs?: number
  /** Least cosine of a near prompt whose picture may answer; it never lowers the gateway's. */
  readonly cacheThreshold?: number
  /** Whether calls that run are given up as well when the caller goes away; else they go on. */
  readonly cancelOnDisconnect?: boolean
  /** After a refusal by content policy; the gateway's own rule when absent. */
  readonly onPolicyRefusal?: RefusalMode
  /** When gates refused every picture; the gateway's own rule when absent. */
  readonly onGateRefusal?: GateRefusalMode
  /** As the purpose says when absent. */
  readonly strategy?: RequestStrategy
  /** As the gateway is configured when absent. */
  readonly hedge?: HedgeMode
  /** Set for streaming answers: how many partial images are wanted (0–3). */
  readonly partialImages?: number
  /** Passed through to the provider of that id, after its own allow-list. */
  readonly providerOptions: Readonly<Record<string, JsonObject>>
}

/** Something adapted, dropped or replaced; never silent, always in the answer. */
export interface Warning {
  readonly code:
    | 'parameter_approximated'
    | 'parameter_dropped'
    | 'model_alias'
    | 'model_deprecated'
    | 'image_resized'
    | 'image_converted'
    | 'emulated'
    | 'fewer_images'
    | 'cost_estimated'
    | 'not_stored_yet'
    | 'policy_fallback'
    | 'hedged'
    | 'repeated'
    | 'gate_refused'
    | 'near_duplicate'
    | 'draft_delivered'
    | 'floor_unreachable'
    | 'purpose_unknown'
    | 'name_unknown'
  readonly param?: string
  readonly message: string
}
